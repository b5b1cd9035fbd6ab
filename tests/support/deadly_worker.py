"""A batch worker that an article can kill, as one too large for the memory does: put in the place of the real one."""

import os

from techsum.batch import worker

_real = worker.row_of


def _deadly(item, wish):
    if "치명" in item.text:
        os._exit(9)
    return _real(item, wish)


worker.row_of = _deadly
worker.main()
