"""What all pages share: their environment, their style sheet ``page.css``, small charts."""

from console.pages.environment import page_environment, seconds_text, ticks

__all__ = ["page_environment", "seconds_text", "ticks"]
