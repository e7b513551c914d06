from datetime import timedelta
from pathlib import Path

from server.config import SESSION_IDLE, SESSION_LIFE, SHIPPED, Config


def test_the_data_directory_holds_the_database_unless_told_otherwise(tmp_path: Path) -> None:
    config = Config.read({"RONGCUO_DATA": str(tmp_path)})
    assert config.data == tmp_path
    assert config.database_url == f"sqlite+pysqlite:///{tmp_path / 'rongcuo.sqlite3'}"


def test_an_option_wins_over_the_environment(tmp_path: Path) -> None:
    assert Config.read({"RONGCUO_DATA": "/elsewhere"}, data=tmp_path).data == tmp_path


def test_without_anything_the_data_directory_is_var() -> None:
    assert Config.read({}).data == Path("var").absolute()


def test_a_database_address_names_its_driver() -> None:
    config = Config.read({"RONGCUO_DATABASE_URL": "postgresql://u@/d"})
    assert config.database_url == "postgresql+psycopg://u@/d"


def test_settings_shorten_sessions_and_never_lengthen_them() -> None:
    short = Config.read({"RONGCUO_SESSION_IDLE_MINUTES": "5", "RONGCUO_SESSION_LIFE_MINUTES": "60"})
    assert (short.session_idle, short.session_life) == (timedelta(minutes=5), timedelta(hours=1))
    long = Config.read({"RONGCUO_SESSION_IDLE_MINUTES": "600", "RONGCUO_SESSION_LIFE_MINUTES": "x"})
    assert (long.session_idle, long.session_life) == (SESSION_IDLE, SESSION_LIFE)


def test_a_second_person_publishes_only_where_the_site_asks_for_it() -> None:
    assert not Config.read({}).two_publish
    assert not Config.read({"RONGCUO_TWO_PUBLISH": "0"}).two_publish
    assert Config.read({"RONGCUO_TWO_PUBLISH": "1"}).two_publish


def test_packs_and_calendars_are_shipped_beside_the_program() -> None:
    assert (SHIPPED / "processes" / "_calendars" / "cn.yaml").is_file()
