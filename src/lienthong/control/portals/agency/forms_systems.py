"""Forms in which an agency states its systems, the facts known of each, keys and officers."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from lienthong.config import Environment
from lienthong.control.participants.keys import KEY_ENVIRONMENTS
from lienthong.control.participants.papers import SentFile
from lienthong.control.participants.system_queries import SystemPage
from lienthong.control.participants.systems import Evidence, SystemStated, paper_at
from lienthong.control.portals.agency.forms_keys import PublicKeyForm
from lienthong.control.portals.bodies.paper_fields import (
    DAY_EXAMPLE,
    complete_paper,
    initial_paper,
    is_begun,
    names_of_paper,
    paper_fields,
    paper_from,
    sent_file,
)
from lienthong.control.portals.bodies.words import ENVIRONMENT_LABELS
from lienthong.control.theme.fields import DayField, PlainText, Upload
from lienthong.control.theme.speech import spoken_later
from lienthong.core.bodies import SYSTEM_KIND_LABELS
from lienthong.core.grant_document import SystemKind
from lienthong.core.roster import RosterRow
from lienthong.core.speech import Text
from lienthong.core.system_facts import DatedFact, LevelFacts, ManagedBy, SystemFacts

_OF_LEVEL = (Evidence.DECISION, Evidence.PLAN, Evidence.CARRIED_OUT)
_DATED = (Evidence.DEFENCE, Evidence.MONITORING, Evidence.IDENTIFICATION)
_LEVEL_FIRST = spoken_later(Text("Chọn cấp độ trước.", "Choose the level first."))
_PAPER_WANTED = spoken_later(
    Text("Cần văn bản làm căn cứ cho nội dung này.", "A paper is wanted that shows this.")
)
_ORDER = spoken_later(Text("Ngày kết thúc trước ngày bắt đầu.", "The last day lies before the first."))


class NewSystemForm(forms.Form):
    """A system by its code, name and kind."""

    code = PlainText(
        label=spoken_later(Text("Mã hệ thống", "Code of the system")),
        help_text=spoken_later(
            Text(
                "Không dấu, không đổi được sau khi khai; nên bắt đầu bằng mã định danh của cơ quan.",
                "Unaccented and never changed; best begun with the identifier of the body.",
            )
        ),
        max_length=64,
    )
    name = PlainText(
        label=spoken_later(Text("Tên hệ thống, cơ sở dữ liệu", "Name of the system or database")),
        max_length=300,
    )
    kind = forms.ChoiceField(
        label=spoken_later(Text("Loại", "Kind")),
        choices=[(kind.value, spoken_later(SYSTEM_KIND_LABELS[kind])) for kind in SystemKind],
    )
    is_database = forms.BooleanField(
        label=spoken_later(Text("Là cơ sở dữ liệu", "It is a database")), required=False
    )

    def stated(self) -> SystemStated:
        """Return what was stated; facts come with the form of facts."""
        given = self.cleaned_data
        return SystemStated(
            name=given["name"],
            kind=SystemKind(given["kind"]),
            is_database=given["is_database"],
            facts=SystemFacts(),
        )


class SystemForm(forms.Form):
    """Everything known of a system, each fact with its paper and dates."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    name = PlainText(label=spoken_later(Text("Tên hệ thống", "Name")), max_length=300)
    kind = forms.ChoiceField(
        label=spoken_later(Text("Loại", "Kind")),
        choices=[(kind.value, spoken_later(SYSTEM_KIND_LABELS[kind])) for kind in SystemKind],
    )
    is_database = forms.BooleanField(
        label=spoken_later(Text("Là cơ sở dữ liệu", "It is a database")), required=False
    )
    level = forms.ChoiceField(
        label=spoken_later(Text("Cấp độ an toàn hệ thống thông tin", "Security level")),
        choices=[
            ("", spoken_later(Text("Chưa xác định", "Not decided"))),
            *((str(n), spoken_later(Text(f"Cấp độ {n}", f"Level {n}"))) for n in range(1, 6)),
        ],
        required=False,
    )
    managed_by = forms.ChoiceField(
        label=spoken_later(Text("Hệ thống do", "The system is managed by")),
        choices=[
            (
                ManagedBy.ORDINARY.value,
                spoken_later(Text("Cơ quan, tổ chức quản lý", "An ordinary body")),
            ),
            (
                ManagedBy.DEFENCE.value,
                spoken_later(Text("Bộ Quốc phòng quản lý", "The Ministry of National Defence")),
            ),
        ],
        widget=forms.RadioSelect,
    )
    has_monitoring = forms.BooleanField(
        label=spoken_later(
            Text(
                "Đã chia sẻ trực tuyến dữ liệu giám sát an ninh mạng cho Bộ Công an",
                "Security monitoring is shared online with the Ministry of Public Security",
            )
        ),
        required=False,
    )
    has_identification = forms.BooleanField(
        label=spoken_later(
            Text(
                "Đã kết nối nền tảng định danh và xác thực điện tử",
                "The system is on the e-identification platform already",
            )
        ),
        required=False,
    )

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401 - what Django's forms take
        super().__init__(*given, **named)
        for place in Evidence:
            self.fields.update(paper_fields(place, required=False))
            if place in _DATED:
                self.fields[f"{place}_from"] = DayField(
                    label=spoken_later(Text("Từ ngày", "From")), help_text=DAY_EXAMPLE, required=False
                )
                self.fields[f"{place}_to"] = DayField(
                    label=spoken_later(Text("Đến ngày", "Until")), help_text=DAY_EXAMPLE, required=False
                )

    def part(self, place: Evidence) -> list[BoundField]:
        """Return the fields of one piece of evidence."""
        names = names_of_paper(place)
        return [
            self[name] for name in (*names, *((f"{place}_from", f"{place}_to") if place in _DATED else ()))
        ]

    def is_open(self, place: Evidence) -> bool:
        """Say whether the fields of a piece of evidence are to be seen at once: filled in or to be mended."""
        return any(field.errors or field.value() for field in self.part(place))

    def clean(self) -> None:
        """See that each paper begun is whole, and each fact stated has its paper and first day."""
        given = self.cleaned_data
        for place in _OF_LEVEL:
            complete_paper(self, place, required=False)
            if is_begun(given, place) and not given.get("level"):
                self.add_error("level", _LEVEL_FIRST)
        for place in _DATED:
            is_stated = self._is_stated(place)
            complete_paper(self, place, required=is_stated)
            first, last = given.get(f"{place}_from"), given.get(f"{place}_to")
            if is_stated and not first and f"{place}_from" in given:
                self.add_error(f"{place}_from", _PAPER_WANTED)
            if first and last and last < first:
                self.add_error(f"{place}_to", _ORDER)

    def _is_stated(self, place: Evidence) -> bool:
        given = self.cleaned_data
        if place is Evidence.DEFENCE:
            return given.get("managed_by") == ManagedBy.DEFENCE
        return bool(given.get(f"has_{place}"))

    def stated(self) -> SystemStated:
        """Return what was stated, with the copies sent now."""
        given = self.cleaned_data
        facts = SystemFacts(
            managed_by=ManagedBy(given["managed_by"]),
            defence=self._dated(Evidence.DEFENCE),
            level=self._level(),
            monitoring=self._dated(Evidence.MONITORING),
            identification_platform=self._dated(Evidence.IDENTIFICATION),
        )
        files: dict[Evidence, SentFile] = {}
        for place in Evidence:
            file = sent_file(given.get(f"{place}_file"))
            if file is not None:
                files[place] = file
        return SystemStated(
            name=given["name"],
            kind=SystemKind(given["kind"]),
            is_database=given["is_database"],
            facts=facts,
            files=files,
        )

    def _level(self) -> LevelFacts | None:
        given = self.cleaned_data
        if not given["level"]:
            return None
        return LevelFacts(
            level=int(given["level"]),
            decision=paper_from(given, Evidence.DECISION),
            plan=paper_from(given, Evidence.PLAN),
            carried_out=paper_from(given, Evidence.CARRIED_OUT),
        )

    def _dated(self, place: Evidence) -> DatedFact | None:
        paper = paper_from(self.cleaned_data, place)
        if not self._is_stated(place) or paper is None:
            return None
        given = self.cleaned_data
        return DatedFact(paper=paper, valid_from=given[f"{place}_from"], valid_to=given[f"{place}_to"])


def initial_system(system: SystemPage) -> dict[str, object]:
    """Return what the form of a system shows at first."""
    facts = system.facts
    values: dict[str, object] = {
        "version": system.version,
        "name": system.name,
        "kind": system.kind.value,
        "is_database": system.is_database,
        "level": "" if facts.level is None else str(facts.level.level),
        "managed_by": facts.managed_by.value,
        "has_monitoring": facts.monitoring is not None,
        "has_identification": facts.identification_platform is not None,
    }
    for place in Evidence:
        values |= initial_paper(paper_at(facts, place), place)
    dated = zip(_DATED, (facts.defence, facts.monitoring, facts.identification_platform), strict=True)
    for place, fact in dated:
        if fact is not None:
            values |= {f"{place}_from": fact.valid_from, f"{place}_to": fact.valid_to}
    return values


class KeyForm(PublicKeyForm):
    """A key and where it is for."""

    field_order = ("environment", "text", "file")

    environment = forms.ChoiceField(
        label=spoken_later(Text("Môi trường", "Environment")),
        initial=Environment.SANDBOX.value,
        choices=[(each.value, spoken_later(ENVIRONMENT_LABELS[each])) for each in KEY_ENVIRONMENTS],
        widget=forms.RadioSelect,
    )


class OfficerForm(forms.Form):
    """One officer."""

    code = PlainText(
        label=spoken_later(Text("Mã cán bộ", "Code")),
        help_text=spoken_later(
            Text("Đúng mã hệ thống gửi trong LT-Officer.", "The code that the system sends in LT-Officer.")
        ),
        max_length=128,
    )
    name = PlainText(label=spoken_later(Text("Họ và tên", "Full name")), max_length=200)
    unit = PlainText(label=spoken_later(Text("Đơn vị", "Unit")), max_length=200, required=False)
    valid_from = DayField(label=spoken_later(Text("Từ ngày", "From")), help_text=DAY_EXAMPLE)
    valid_to = DayField(label=spoken_later(Text("Đến ngày", "Until")), help_text=DAY_EXAMPLE, required=False)

    def row(self) -> RosterRow:
        """Return the officer as a row of a roster."""
        given = self.cleaned_data
        last = given["valid_to"]
        return RosterRow(
            number=1,
            code=given["code"],
            name=given["name"],
            unit=given["unit"],
            valid_from=given["valid_from"].isoformat(),
            valid_to="" if last is None else last.isoformat(),
        )


class EndOfficerForm(forms.Form):
    """The last day on which an officer may ask."""

    last = DayField(
        label=spoken_later(Text("Ngày cuối cùng được khai thác", "Last day on which the officer may ask")),
        help_text=DAY_EXAMPLE,
    )


class RosterForm(forms.Form):
    """A roster as XLSX."""

    file = forms.FileField(
        label=spoken_later(Text("Tệp danh sách (XLSX)", "Roster (XLSX)")),
        help_text=spoken_later(
            Text(
                "Không quá 2 MB và 5.000 dòng. Công thức không được tính, chỉ đọc như chữ.",
                "At most 2 MB and 5,000 rows. Formulas are not computed but read as text.",
            )
        ),
        widget=Upload(attrs={"accept": ".xlsx"}),
    )
    whole = forms.ChoiceField(
        label=spoken_later(Text("Danh sách này là", "This roster is")),
        choices=[
            ("", spoken_later(Text("Bổ sung và thay đổi", "Additions and changes"))),
            (
                "whole",
                spoken_later(
                    Text(
                        "Toàn bộ cán bộ: ai không có tên thì kết thúc ngay",
                        "All officers: whoever is missing is ended at once",
                    )
                ),
            ),
        ],
        required=False,
        widget=forms.RadioSelect,
    )
