"""A model's column that follows a state table of the rules."""

from typing import TYPE_CHECKING, Any

from django.db import models

from lienthong.core.machines import Machine

if TYPE_CHECKING:
    _TextField = models.TextField[Any, Any]
else:
    _TextField = models.TextField


class StateField(_TextField):
    """The state of a thing, as its machine names it; the database refuses what is no transition.

    The table's trigger is generated from this field: `make format` after adding one.
    """

    def __init__(self, machine: Machine[Any, Any] | None = None, **arguments: Any) -> None:  # noqa: ANN401 - Django's own
        self.machine = machine
        if machine is not None and len(machine.initial) == 1:
            arguments.setdefault("default", machine.initial[0].value)
        super().__init__(**arguments)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """Appear in migrations as plain text: the machine may change without one."""
        name, _path, arguments, named = super().deconstruct()
        named.pop("default", None)
        return name, "django.db.models.TextField", arguments, named

    def from_db_value(self, value: str | None, *_: object) -> Any:  # noqa: ANN401 - one of many enumerations
        """Return the member of the machine's states."""
        return value if value is None or self.machine is None else self.to_python(value)

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - one of many enumerations
        """Return the member of the machine's states; raises ValueError for a word that is none."""
        return value if value is None or self.machine is None else type(self.machine.initial[0])(value)
