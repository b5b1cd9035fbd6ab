"""x"""

from collections.abc import Generator

from techsum.batch.items import Left
from techsum.batch.rows import Made, Wish


def ray_rows(left: Left, wish: Wish, workers: int, slots: int) -> Generator[Made, None, None]:
    """X"""
    raise NotImplementedError
