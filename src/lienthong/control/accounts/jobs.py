"""Mailing the link of an invitation: sealed while it waits, at least once, each time under one Message-ID."""

import logging
from typing import Final

from lienthong.control.accounts.models import Account
from lienthong.control.accounts.sealing import SealBroken, digest, seal, unseal
from lienthong.control.audit.events import database_now
from lienthong.control.jobs.registry import job
from lienthong.control.notices.mailing import MailRefusedError, hand_over, is_configured, letter
from lienthong.core.access import PORTAL_LABELS, Portal
from lienthong.core.legal_days import moment
from lienthong.core.speech import Text

_log: Final = logging.getLogger("lienthong.jobs")
_USE: Final = "invitation"
_SUBJECT: Final = Text("Kích hoạt tài khoản", "Activate your account")
_BODY: Final = Text(
    "Kính gửi {name},\n\nBạn được cấp tài khoản tại {portal} của hệ thống kết nối, chia sẻ dữ liệu dân cư. "
    "Mở liên kết dưới đây trong 7 ngày để đặt mật khẩu và đăng ký mã xác thực. Liên kết chỉ dùng được một "
    "lần; không chuyển tiếp thư này.",
    "Dear {name},\n\nyou have been given an account in the {portal} of the population data exchange. Open "
    "the link below within 7 days to choose a password and to set up the second factor. It works once; do "
    "not forward this mail.",
)
_NO_MAIL: Final = "[mail] names neither a server nor a folder"
_SEAL_BROKEN: Final = "the deployment's secret was replaced"


def post(account: Account, token: str) -> None:
    """Enqueue the mail of an invitation within the act that makes it; the link waits sealed."""
    sealed = seal(token.encode(), use=_USE, owner=account.pk)
    mail_invitation.defer(account=account.pk, sealed=sealed.hex())


@job("accounts.mail_invitation")
def mail_invitation(*, account: int, sealed: str) -> None:
    """Send one invitation, unless it was sent, used or replaced; raises what keeps it from being sent now.

    The order is the safety argument.
    """
    row = Account.objects.get(pk=account)
    # 1. What does not open any more is not tried for ever: the page of the account tells it.
    try:
        token = unseal(bytes.fromhex(sealed), use=_USE, owner=account).decode()
    except SealBroken as error:
        _log.warning("%s", error)
        Account.objects.filter(pk=account).update(invitation_unsent=_SEAL_BROKEN)
        return
    # 2. What was handed over, used or replaced by a newer invitation is not sent. Survives: a job done twice.
    mark = digest(token)
    waiting = Account.objects.filter(
        pk=account, invitation=mark, invitation_mailed_at=None, invitation_unsent=""
    )
    if not waiting.exists():
        return
    if not is_configured():
        waiting.update(invitation_unsent=_NO_MAIL)
        return
    # 3. Handed over outside any transaction; raises while the server is away. What it refuses is noted.
    refused = hand_over(
        letter(
            to=row.email,
            language=row.language,
            subject=_SUBJECT,
            body=_filled(row),
            path=f"/{row.portal}/accept/{token}/",
            message_id=mark.hex()[:32],
        )
    )
    # 4. Only now it is noted. A crash between 3 and 4 sends it twice under one Message-ID.
    if refused is None:
        waiting.update(invitation_mailed_at=moment(database_now()))
        return
    # 5. What the server refuses for good is tried some more times, then told on the page of the account,
    #    where another invitation can be sent.
    tries = row.invitation_tries + 1
    if not refused.is_given_up(tries):
        waiting.update(invitation_tries=tries)
        raise MailRefusedError(refused.said)
    _log.warning("the e-mail of the invitation of account %s is set aside: %s", account, refused.said)
    waiting.update(invitation_tries=tries, invitation_unsent=refused.said)


def _filled(row: Account) -> Text:
    portal = PORTAL_LABELS[Portal(row.portal)]
    return Text(
        _BODY.vi.format(name=row.name, portal=portal.vi), _BODY.en.format(name=row.name, portal=portal.en)
    )
