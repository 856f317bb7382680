from datetime import UTC, date, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import TemplateSyntaxError, engines
from django.views.decorators.csrf import csrf_exempt

from lienthong.control.theme.parts import Paging
from lienthong.control.theme.shell import Entry, Shell
from lienthong.core.speech import Text
from tests.control.gallery import forms, values

_NAV = (
    ("/list/", Text("Đề nghị kết nối", "Connection requests"), 12),
    ("/form/", Text("Hệ thống", "Systems"), None),
    ("/empty/", Text("Đánh giá an ninh", "Assessments"), None),
    ("/monitor/", Text("Giám sát", "Monitoring"), None),
    ("/refuse/", Text("Sai sót dữ liệu", "Data errors"), 5),
    ("#journal", Text("Nhật ký", "Journal"), None),
    ("#help", Text("Hỗ trợ", "Support"), None),
)


def shell(request: HttpRequest) -> dict[str, object]:
    """Give the frame of a staff portal; the bare page has none."""
    if request.path == "/bare/":
        return {}
    signed_in = request.path != "/sign-in/"
    current = "/list/" if request.path == "/request/" else request.path
    nav = tuple(
        Entry(url=url, label=label, current=url == current, count=count) for url, label, count in _NAV
    )
    return {
        "shell": Shell(
            home_url="/list/",
            portal=Text("Cổng cán bộ thụ lý", "Staff portal"),
            language_url="/language/",
            nav=nav if signed_in else (),
            environment=Text("Môi trường thử nghiệm", "Test environment"),
            account="Phạm Minh Đức" if signed_in else None,
            sign_out_url="/sign-in/",
            footer_note=Text(
                "Dữ liệu trên trang này là dữ liệu giả lập.", "All data on this page is made up."
            ),
            footer_links=(
                Entry(url="#guide", label=Text("Tài liệu hướng dẫn", "Guides")),
                Entry(url="#access", label=Text("Trợ năng", "Accessibility")),
            ),
        )
    }


def request_page(request: HttpRequest) -> HttpResponse:
    form = forms.Supplement(request.POST or None)
    if request.method == "GET":
        messages.success(request, Text("Đã lưu ý kiến lúc 09:41.", "Remarks saved at 09:41.").vi)
    tabs = (
        Entry(url="#file", label=Text("Hồ sơ", "File"), current=True),
        Entry(url="#thread", label=Text("Trao đổi", "Thread"), count=2),
        Entry(url="#letters", label=Text("Văn bản", "Letters")),
        Entry(url="#versions", label=Text("Các phiên bản", "Versions")),
    )
    context = {
        "form": form,
        "fields": values.FIELDS,
        "events": values.EVENTS,
        "documents": values.DOCUMENTS,
        "tabs": tabs,
        "sent": date(2026, 11, 2),
        "assessed": (date(2026, 11, 12), None),
    }
    return render(request, "gallery/request.html", context)


def monitor_page(request: HttpRequest) -> HttpResponse:
    spans = (
        Entry(url="#today", label=Text("Hôm nay", "Today"), current=True),
        Entry(url="#week", label=Text("7 ngày", "7 days")),
        Entry(url="#month", label=Text("30 ngày", "30 days")),
    )
    context = {
        "now": datetime(2026, 11, 23, 8, 52, tzinfo=UTC),
        "spans": spans,
        "sparks": values.SPARKS,
        "latency": values.LATENCY,
        "bodies": values.BODIES,
        "alerts": values.ALERTS,
        "quality": [
            (name, [(share, values.level(share)) for share in shares]) for name, shares in values.QUALITY
        ],
    }
    return render(request, "gallery/monitor.html", context)


def list_page(request: HttpRequest) -> HttpResponse:
    page = int(request.GET.get("page", "4"))
    rows = [
        (
            "YC-2026-000184",
            "Sở Y tế thành phố Hải Phòng",
            "Hệ thống quản lý khám bệnh, chữa bệnh",
            7,
            "info",
            Text("Đang đánh giá an ninh", "Under assessment"),
            date(2026, 11, 2),
        ),
        (
            "YC-2026-000183",
            "Bảo hiểm xã hội Việt Nam",
            "Hệ thống thông tin quản lý thu, sổ thẻ",
            12,
            "warn",
            Text("Chờ bổ sung", "Supplement asked"),
            date(2026, 11, 1),
        ),
        (
            "YC-2026-000182",
            "Bộ Tư pháp",
            "Hệ thống đăng ký và quản lý hộ tịch điện tử dùng chung",
            1284,
            "ok",
            Text("Đã xác nhận", "Confirmed"),
            date(2026, 10, 28),
        ),
        (
            "YC-2026-000181",
            "UBND thành phố Đà Nẵng",
            "Hệ thống thông tin giải quyết thủ tục hành chính",
            9,
            "bad",
            Text("Quá hạn 2 ngày", "Overdue by 2 days"),
            date(2026, 10, 27),
        ),
    ]
    context = {
        "rows": rows,
        "form": forms.Narrow(request.GET),
        "paging": Paging(number=page, size=25, total=1284),
    }
    return render(request, "gallery/list.html", context)


def empty_page(request: HttpRequest) -> HttpResponse:
    return render(request, "gallery/empty.html", {"paging": Paging(number=1, size=25, total=0)})


def form_page(request: HttpRequest) -> HttpResponse:
    form = forms.Everything(request.POST or None, request.FILES or None)
    return render(request, "gallery/form.html", {"form": form, "steps": values.STEPS})


def sign_in_page(request: HttpRequest) -> HttpResponse:
    return render(request, "gallery/sign_in.html", {"form": forms.SignIn(request.POST or None)})


def refuse_page(request: HttpRequest) -> HttpResponse:
    return render(request, "gallery/refuse.html", {"form": forms.Refusal(request.POST or None)})


def part(request: HttpRequest) -> HttpResponse:
    """Return a piece of a page with a component that needs starting; without the token, or asked to, fail."""
    if request.method != "POST" or "fail" in request.GET:
        return HttpResponse(status=500)
    return render(request, "gallery/part.html", {"form": forms.SignIn(auto_id="part_%s")})


@csrf_exempt
def render_source(request: HttpRequest) -> HttpResponse:
    """Render a posted piece of template with a few values, in the request's language; 422 with what is wrong."""
    context = {
        "count": 1284906,
        "share": 99.94,
        "name": "<b>Đỗ & Vũ</b>",
        "words": Text("Xin chào", "Hello"),
        "at": datetime(2026, 11, 18, 18, 41, tzinfo=UTC),
        "on": date(2026, 12, 5),
        "naive": datetime(2026, 11, 18, 18, 41),  # noqa: DTZ001 - what the theme must refuse
        "nothing": None,
    }
    try:
        return HttpResponse(engines["django"].from_string(request.body.decode()).render(context, request))
    except (TemplateSyntaxError, ValueError) as error:
        return HttpResponse(str(error), status=422)


def bare_page(request: HttpRequest) -> HttpResponse:
    """Return a page without a portal, as an error page is."""
    return render(request, "gallery/bare.html")
