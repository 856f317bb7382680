"""The log of the control plane's processes: one JSON object a line on standard error."""

import json
import logging
import sys
from datetime import UTC, datetime


class JsonLine(logging.Formatter):
    """Writes a record as JSON: whatever a caller put into an address stays on its line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        content = {
            "event": record.getMessage(),
            "logger": record.name,
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
        }
        if record.exc_info:
            content["exception"] = self.formatException(record.exc_info)
        return json.dumps(content, ensure_ascii=False)


def log_as_lines(level: int = logging.WARNING) -> None:
    """Log to standard error from `level` on, and this project's own from INFO on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLine())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("lienthong").setLevel(logging.INFO)
