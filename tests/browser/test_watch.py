"""The harness itself can fail: what must never happen is planted here, and heard."""

import pytest

PLANTED = [
    ("console.error('planted')", "console of"),
    ("setTimeout(() => { throw new Error('planted'); })", "script of"),
    ("document.querySelector('h1').setAttribute('style', 'color: red')", "Content Security Policy"),
    ("fetch('http://elsewhere.example/').catch(() => null)", "Content Security Policy"),
    ("fetch('/admin/nowhere/').catch(() => null)", "404"),
]


@pytest.mark.parametrize(("script", "heard"), PLANTED)
def test_what_goes_wrong_behind_a_test_is_heard(script, heard, watch, editor):
    editor.goes_home()
    assert watch.unexpected() == []
    editor.page.evaluate(f"async () => {{ await ({script}); await new Promise(setTimeout); }}")
    problems = watch.unexpected()
    assert any(heard in problem for problem in problems), problems
    watch.expects("")


def test_a_request_that_leaves_this_machine_is_heard(watch, window):
    window().goto("data:text/html,<img src='http://elsewhere.example/x.png'>")
    assert "request that leaves this machine: http://elsewhere.example/x.png" in watch.unexpected()
    watch.expects("")


def test_a_pale_word_is_found_and_named(editor, axe):
    editor.goes_home()
    editor.page.evaluate("document.querySelector('h1').style.color = '#bbb'")
    with pytest.raises(AssertionError, match=r"color-contrast \(serious\)[\s\S]*at +h1[\s\S]*mend"):
        axe(editor.page)
