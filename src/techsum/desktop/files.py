"""A file that the reader chooses: read where it lies, or brought here by the browser under a name of ours."""

import asyncio
import secrets
from pathlib import Path

import flet as ft

from techsum.contracts.formats import SUFFIXES
from techsum.errors import ReadingError

LIMIT_MB = 50
"""As much as the server takes."""
_UPLOAD_SECONDS = 300


class Files:
    """The reader's files.

    Args:
        device: the window.
        uploads: where files of a browser arrive; None: files are opened by their path.
    """

    def __init__(self, device: ft.Page, uploads: Path | None) -> None:
        self._device, self._uploads = device, uploads
        self._picker = ft.FilePicker(on_upload=self._on_upload)
        self._over, self._failed = asyncio.Event(), False

    async def choose(self) -> tuple[str, bytes] | None:
        """Let the reader choose a file.

        Returns:
            Its name and content, or None if none was chosen.

        Raises:
            ReadingError: it is too large, or did not arrive.
        """
        files = await self._picker.pick_files(
            allowed_extensions=list(SUFFIXES),
            file_type=ft.FilePickerFileType.CUSTOM,
            cancel_upload_on_window_blur=False,
        )
        if not files:
            return None
        file = files[0]
        if file.size > LIMIT_MB << 20:
            raise ReadingError("desktop_file_large", megabytes=file.size >> 20, limit=LIMIT_MB)
        try:
            if file.path and not self._device.web:
                return file.name, await asyncio.to_thread(Path(file.path).read_bytes)
            return file.name, await self._brought(file)
        except (TimeoutError, OSError):
            raise ReadingError("desktop_file_lost") from None

    async def save(self, name: str, content: bytes) -> None:
        """Let the reader choose where to keep a file; a browser puts it where it puts downloads."""
        await self._picker.save_file(file_name=name, src_bytes=content)

    async def _brought(self, file: ft.FilePickerFile) -> bytes:
        """Its content, through an upload that only this window can make; what arrived is gone afterwards."""
        if self._uploads is None:
            raise ReadingError("desktop_file_lost")
        name = secrets.token_hex(16)
        self._over, self._failed = asyncio.Event(), False
        path = self._uploads / name
        try:
            where = self._device.get_upload_url(name, _UPLOAD_SECONDS)
            await self._picker.upload([ft.FilePickerUploadFile(where, id=file.id, name=file.name)])
            await asyncio.wait_for(self._over.wait(), _UPLOAD_SECONDS)
            if self._failed:
                raise ReadingError("desktop_file_lost")
            return await asyncio.to_thread(path.read_bytes)
        finally:
            path.unlink(missing_ok=True)

    def _on_upload(self, event: ft.FilePickerUploadEvent) -> None:
        self._failed = bool(event.error)
        if event.error or event.progress == 1:
            self._over.set()
