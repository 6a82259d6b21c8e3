"""Ways to tell people. A new one is a module with a :class:`Sender`, and its line in ``kinds.py``."""

from monitoring.channels.base import Sender, deliver_within
from monitoring.channels.kinds import FROM_ENVIRONMENT, channels_of, is_gone, open_channel

__all__ = ["FROM_ENVIRONMENT", "Sender", "channels_of", "deliver_within", "is_gone", "open_channel"]
