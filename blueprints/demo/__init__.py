"""The demo world: an invented service on an ordinary day, told through everybody's own actions."""
