import os
import sys
import pytest

TESTS = """
import pytest

@pytest.fixture(params=range(%s))
def number(request):
    yield [request.param]

def test_number(number, tmp_path, monkeypatch, capsys):
    (tmp_path / "f").write_text(str(number))
    monkeypatch.setenv("NUMBER", "1")
    print(number)
    assert capsys.readouterr().out

def test_raises(number):
    with pytest.raises(ValueError, match="planned"):
        raise ValueError("planned", number)

@pytest.mark.xfail
def test_expected(number):
    assert number == [{"a": 1}]

@pytest.mark.skip
def test_skipped(number):
    pass
"""
with open("test_sample.py", "w") as f:
    f.write(TESTS % sys.argv[1])
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "--basetemp",
                      os.path.abspath("temporary"), "test_sample.py"]))
