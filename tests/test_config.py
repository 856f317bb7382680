"""The configuration refuses what it does not know, and says how to mend it."""

from pathlib import Path

import pytest

from lienthong.config import ConfigurationError, Environment, check_portals, read_configuration

BASE = 'environment = "demo"\nlog_origin = "example/log"\nkeys = "keys"\n[database]\ndata = "data"\n'


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "lienthong.toml"
    path.write_text(text)
    return path


def test_defaults_are_usable_and_the_environment_overrides(tmp_path: Path) -> None:
    found = read_configuration(
        write(tmp_path, BASE), {"LIENTHONG_GATEWAY__PORT": "9000", "PATH": "/", "LIENTHONG_LOG_ORIGIN": "x/y"}
    )
    assert found.environment is Environment.DEMO
    assert found.gateway.port == 9000
    assert found.log_origin == "x/y"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (BASE + "surprise = 1\n", "surprise"),
        (BASE.replace('data = "data"', ""), "either `data`"),
        (BASE + 'host = "db"\n', "not both"),
        (BASE.replace('"demo"', '"prod"'), "environment"),
        (BASE + '[gateway]\ntls_key = "k"\n', "belong together"),
        (BASE + "[gateway]\nrequire_client_certificate = true\n", "client_authority"),
        (BASE + '[gateway]\nclient_authority = "ca"\n', "Set tls_certificate"),
        (BASE + '[gateway]\npublic_origin = "http://h/"\n', "last slash"),
        (BASE.replace('"demo"', '"production"'), "https://"),
        ("environment = \n", "not valid TOML"),
        (
            BASE.replace('"demo"', '"production"')
            + '[gateway]\npublic_origin = "https://h"\n[control]\npublic_origin = "http://h"\n',
            r"\[control\] public_origin must be https://",
        ),
        (BASE + '[control]\npublic_origin = "http://h/portal"\n', "scheme and host only"),
        (BASE + "[control]\nsurprise = 1\n", "surprise"),
        (BASE + '[mail]\nhost = "h"\nfolder = "f"\n', "Set one"),
        (BASE + '[mail]\nhost = "h"\nuser = "u"\n', "belong together"),
        (BASE + '[mail]\nhost = "h"\nuser = "u"\npassword = "p"\n', "in the clear"),
        (BASE + '[mail]\ntls = "yes"\n', "tls"),
        (BASE + '[control]\nsignature_roots = ["none.pem"]\n', "none.pem is no file"),
        (BASE + '[control]\nsignature_revocations = "none"\n', "none is no folder"),
    ],
)
def test_what_cannot_work_refuses_to_start(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        read_configuration(write(tmp_path, text), {})


def test_paths_of_the_portals_lie_beside_the_file_and_the_secret_among_the_keys(tmp_path: Path) -> None:
    found = read_configuration(
        write(tmp_path, BASE + '[control]\nuploads = "up"\n[mail]\nfolder = "mail"\n'), {}
    )
    assert found.control.uploads == tmp_path / "up"
    assert found.mail.folder == tmp_path / "mail"
    assert found.control_secret == tmp_path / "keys" / "control" / "secret"
    own = read_configuration(write(tmp_path, BASE + '[control]\nsecret = "s"\n'), {})
    assert own.control_secret == tmp_path / "s"
    (tmp_path / "lists").mkdir()
    listed = read_configuration(write(tmp_path, BASE + '[control]\nsignature_revocations = "lists"\n'), {})
    assert listed.control.signature_revocations == tmp_path / "lists"
    (tmp_path / "root.pem").write_text("")
    rooted = read_configuration(write(tmp_path, BASE + '[control]\nsignature_roots = ["root.pem"]\n'), {})
    assert rooted.control.signature_roots == (tmp_path / "root.pem",)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="--config"):
        read_configuration(tmp_path / "none.toml", {})


def test_an_unknown_variable_refuses_too(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="surprise"):
        read_configuration(write(tmp_path, BASE), {"LIENTHONG_SURPRISE": "1"})


def test_a_machine_without_portals_needs_no_origin_for_them_and_cannot_serve_them(tmp_path: Path) -> None:
    path = tmp_path / "lienthong.toml"
    path.write_text(BASE.replace('"demo"', '"production"') + '[gateway]\npublic_origin = "https://h"\n')
    configuration = read_configuration(path, {})
    with pytest.raises(ConfigurationError, match="https://"):
        check_portals(configuration)
