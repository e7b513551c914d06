from pathlib import Path

from server.config import SHIPPED, Config


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


def test_packs_and_calendars_are_shipped_beside_the_program() -> None:
    assert (SHIPPED / "processes" / "_calendars" / "cn.yaml").is_file()
