"""Optional sign-in through any OpenID Connect provider: the same library in every browser of one person.

Authlib does the protocol (discovery, PKCE, state, nonce, signatures). What is kept of a person is a hash of
the provider's name for them. The provider is what the operator configured: it is asked without the guard
that strangers' links go through.
"""

import logging
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from authlib.integrations.starlette_client import OAuth
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool
from starlette.middleware.sessions import SessionMiddleware

from techsum.library import Library
from techsum.library.sessions import Sessions
from techsum.library.transfer import Transfer
from techsum.messages import text
from techsum.server.api import reader_of
from techsum.server.readers import ACCOUNT, COOKIE, SESSION, SIGN_IN, SIGNED_OUT, YEAR, Readers
from techsum.settings import Settings

_SEE_OTHER = 303
_log = logging.getLogger("techsum.server")
_MINUTES = 10
_ERRORS = frozenset(
    {"access_denied", "invalid_request", "invalid_scope", "server_error", "temporarily_unavailable"}
    | {"unauthorized_client", "login_required", "consent_required", "interaction_required"}
)
"""Error codes of OAuth 2 and OpenID Connect that a provider sends back."""


def install(  # noqa: C901, PLR0917 - what signing in touches
    app: FastAPI,
    library: Library,
    sessions: Sessions,
    readers: Readers,
    settings: Settings,
    key: bytes,
    refuse: Callable[[Request, int, str], Response],
) -> None:
    """Add the routes of signing in and out.

    Args:
        app: the application.
        library: where a visitor's summaries become the account's.
        sessions: where who is signed in is kept.
        readers: signs the cookie.
        settings: the provider.
        key: signs the state of a sign-in under way.
        refuse: draws a page with one line.
    """
    oauth = OAuth()
    secret = settings.oidc_client_secret
    oauth.register(
        "provider",
        server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
        client_id=settings.oidc_client_id,
        client_secret=secret.get_secret_value() if secret else None,
        client_kwargs={"scope": "openid", "code_challenge_method": "S256"},
    )
    provider: Any = oauth.create_client("provider")
    pages = APIRouter(include_in_schema=False)

    def end_session(request: Request) -> None:
        sent_cookie = readers.known(request.cookies) or ""
        if sent_cookie.startswith(SESSION):
            sessions.end(sent_cookie.removeprefix(SESSION))

    async def failed(request: Request, error: Exception) -> Response:
        _log.warning("sign-in: %s", type(error).__name__)
        # the provider's answer comes through the browser: only the protocol's own words are shown
        error_code = getattr(error, "error", None)
        reason = error_code if error_code in _ERRORS else type(error).__name__
        return await run_in_threadpool(refuse, request, 400, text("signin_failed", reason=reason))

    @pages.get(SIGN_IN)
    async def begin(request: Request) -> Response:
        try:
            answer: Response = await provider.authorize_redirect(request, str(request.url_for("signed_in")))
        except Exception as error:  # noqa: BLE001 - authlib speaks through more than one HTTP library
            return await failed(request, error)
        return answer

    @pages.get(f"{SIGN_IN}/back", name="signed_in")
    async def signed_in(request: Request) -> Response:
        try:
            token = await provider.authorize_access_token(request)
        except Exception as error:  # noqa: BLE001 - the same
            return await failed(request, error)
        who = token["userinfo"]
        account = ACCOUNT + sha256(f"{who['iss']} {who['sub']}".encode()).hexdigest()[:32]
        visitor = reader_of(request)
        if not visitor.startswith(ACCOUNT):
            await run_in_threadpool(Transfer(library).adopt, visitor, account)
        request.session.clear()
        await run_in_threadpool(end_session, request)  # it would go on for a year, and nobody could end it
        token = await run_in_threadpool(sessions.begin, account)
        return _as(SESSION + token, request)

    @pages.post("/signout")
    def sign_out(request: Request) -> Response:
        end_session(request)
        # a closed server answers the front page with signing in, which the provider would do by itself
        return _as(readers.new(), request, SIGNED_OUT if settings.signin_required else "/")

    @pages.get(SIGNED_OUT)
    def signed_out(request: Request) -> Response:
        return refuse(request, 200, text("signed_out"))

    def _as(name: str, request: Request, to: str = "/") -> Response:
        answer = RedirectResponse(to, _SEE_OTHER)
        answer.set_cookie(
            COOKIE,
            readers.cookie(name),
            max_age=YEAR,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return answer

    app.include_router(pages)
    app.add_middleware(
        SessionMiddleware,
        secret_key=key.hex(),
        session_cookie="techsum_signin",
        max_age=_MINUTES * 60,
        same_site="lax",
    )
