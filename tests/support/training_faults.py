"""What goes wrong in the process of a training run: no memory, no room on the disk."""

import resource
import signal
from pathlib import Path


def limit_memory():
    """Let the first step find 64 MB more than what is loaded, and a batch that wants more."""
    from techsum.training import trainer

    before = trainer.answer_loss

    def loss(model, batch):
        have = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (have + 64_000_000, have + 64_000_000))
        return before(model, {name: value.repeat(400, 1) for name, value in batch.items()})

    trainer.answer_loss = loss


def fill_disk():
    """Let no file be longer than 100 bytes once the second checkpoint is being written."""
    from techsum.training.trainer import AnswerTrainer

    before = AnswerTrainer._save_optimizer_and_scheduler

    def save(self, folder):
        if folder.endswith("-4"):
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        before(self, folder)

    AnswerTrainer._save_optimizer_and_scheduler = save


def limit_files():
    """Let no file be longer than 64 KB."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))
