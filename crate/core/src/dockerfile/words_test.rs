use super::words::{Value, expand, here_document, here_documents};

/// Words that BuildKit's `shell/envVarTest` and `lex_test.go` ask about, and what becomes of them; `None` is an error.
const WORDS: &[(&str, Option<&str>)] = &[
    ("hello", Some("hello")),
    ("he'll'o", Some("hello")),
    ("he'llo", None),
    (r"he\'llo", Some("he'llo")),
    (r"he\\'llo", None),
    (r"abc\tdef", Some("abctdef")),
    (r#""abc\tdef""#, Some(r"abc\tdef")),
    (r#""abc\\tdef""#, Some(r"abc\tdef")),
    (r"'abc\tdef'", Some(r"abc\tdef")),
    (r"hello\", Some("hello")),
    (r"hello\\", Some(r"hello\")),
    (r#""hello"#, None),
    (r#""hello\""#, None),
    (r#""hel'lo""#, Some("hel'lo")),
    (r"'hello\'", Some(r"hello\")),
    (r"'hello\\there'", Some(r"hello\\there")),
    (r#""''""#, Some("''")),
    ("$.", Some("$.")),
    ("he$1x", Some("hex")),
    ("he$.x", Some("he$.x")),
    ("he$pwd.", Some("he.")),
    ("he$PWD", Some("he/home")),
    (r"he\$PWD", Some("he$PWD")),
    (r"he\\$PWD", Some(r"he\/home")),
    (r#""he\$PWD""#, Some("he$PWD")),
    (r#""he\\$PWD""#, Some(r"he\/home")),
    (r"\${}", Some("${}")),
    (r"he\${}xx", Some("he${}xx")),
    ("${}", None),
    ("he${}xx", None),
    ("he${hi}xx", Some("hexx")),
    ("he${PWD}", Some("he/home")),
    ("he${.}", None),
    ("he${XXX:-000}xx", Some("he000xx")),
    ("he${PWD:-000}xx", Some("he/homexx")),
    ("he${XXX:-$PWD}xx", Some("he/homexx")),
    ("he${XXX:-${YYY:-yyy}}xx", Some("heyyyxx")),
    ("he${XXX:YYY}", None),
    ("he${XXX?}", None),
    ("he${XXX:?}", None),
    ("he${PWD?}", Some("he/home")),
    ("he${NULL?}", Some("he")),
    ("he${NULL:?}", None),
    ("he${XXX:+${PWD}}xx", Some("hexx")),
    ("he${PWD:+${XXX}}xx", Some("hexx")),
    ("he${PWD:+${SHELL}}xx", Some("hebashxx")),
    ("'he${XX}'", Some("he${XX}")),
    (r#""he'$PWD'""#, Some("he'/home'")),
    (r"'\$PWD'", Some(r"\$PWD")),
    (r#"'"hello"'"#, Some(r#""hello""#)),
    ("he${PWD", None),
    ("he${PWD:=000}xx", None),
    ("he${PWD:+${PWD}:}xx", Some("he/home:xx")),
    (r"he${XXX:-\$PWD:}xx", Some("he$PWD:xx")),
    (r"he${XXX:-\${PWD}z}xx", Some("he${PWDz}xx")),
    ("안'녕'하세요", Some("안녕하세요")),
    (r"안녕\t하세요", Some("안녕t하세요")),
    ("안녕$PWD", Some("안녕/home")),
    ("$KOREAN", Some("한국어")),
    ("${{aaa}", None),
    ("${aaa}}", Some("}")),
    ("${aaa:-bbb}}", Some("bbb}")),
    ("${aaa:-bbb ${foo}", None),
    ("${aaa:-bbb {foo}", Some("bbb {foo")),
    ("${:}", None),
    ("${:-bbb}", None),
    ("$1", Some("")),
    ("${1:-bbb}", Some("bbb")),
    ("$999aaa", Some("aaa")),
    ("${999:-bbb}aaa", Some("bbbaaa")),
    ("$001aaa", Some("aaa")),
    ("$@aaa", Some("aaa")),
    ("$@@@", Some("@@")),
    ("${*:-bbb}", Some("bbb")),
    ("${#}", Some("")),
    ("${$:-bbb}", Some("bbb")),
    ("$$", Some("")),
    ("${!:+bbb}", Some("")),
    ("${TREE#a/*/}", Some("c/b/a")),
    ("${TREE##*/}", Some("a")),
    ("${TREE%/*}", Some("a/b/c/b")),
    ("${TREE%%/*}", Some("a")),
    ("${TREE#x}", Some("a/b/c/b/a")),
    ("${TREE%?/?}", Some("a/b/c/")),
    ("${TREE/b/x}", Some("a/x/c/b/a")),
    ("${TREE//b/x}", Some("a/x/c/x/a")),
    ("${TREE/b*/x}", Some("a/x")),
    (r"${TREE//\//-}", Some("a-b-c-b-a")),
    ("${TREE/b}", None),
    (r"${STAR#\*}", Some(".txt")),
    (r"${STAR#\x}", None),
    ("${XXX#a}", Some("")),
    ("${XXX//a/b}", Some("")),
    ("${PWD^^}", None),
];

#[test]
fn words() {
    let env = |name: &str| match name {
        "PWD" => Value::Known("/home".to_owned()),
        "SHELL" => Value::Known("bash".to_owned()),
        "KOREAN" => Value::Known("한국어".to_owned()),
        "NULL" => Value::Known(String::new()),
        "TREE" => Value::Known("a/b/c/b/a".to_owned()),
        "STAR" => Value::Known("*.txt".to_owned()),
        "HIDDEN" => Value::Unknown("hidden".to_owned()),
        _ => Value::Unset,
    };
    for &(word, want) in WORDS {
        let found = expand(word, '\\', &env).ok();
        assert_eq!(found.as_ref().map(|text| text.known.as_str()), want, "{word}");
        assert!(found.is_none_or(|text| text.unknown.is_none()), "{word}");
    }
    for (word, before) in [
        ("a/$HIDDEN/b", "a/"),
        ("${HIDDEN:-x}", ""),
        ("${HIDDEN:+x}", ""),
        ("${HIDDEN?x}", ""),
        ("x${HIDDEN#a}", "x"),
        ("${TREE#$HIDDEN}", ""),
        ("${TREE/$HIDDEN/x}", ""),
        ("${XXX:-a$HIDDEN}", "a"),
        ("\"$PWD$HIDDEN\"", "/home"),
        // Go puts the replacement into the empty places as well.
        ("${TREE//*/x}", ""),
    ] {
        let found = expand(word, '\\', &env);
        assert_eq!(
            found.as_ref().map(|text| (text.known.as_str(), text.unknown.is_some())),
            Ok((before, true)),
            "{word}"
        );
    }
    let found = expand("`$PWD\\x", '`', &env).map(|text| text.known);
    assert_eq!(found, Ok("$PWD\\x".to_owned()), "the other escape");
}

#[test]
fn here_document_words() {
    for (line, names) in [
        ("RUN <<EOF", &[("EOF", false)][..]),
        ("RUN <<-EOF", &[("EOF", true)]),
        ("RUN 3<<EOF", &[("EOF", false)]),
        ("RUN << EOF", &[("EOF", false)]),
        ("RUN <<'one two' <<B", &[("one two", false), ("B", false)]),
        ("RUN <<eo\\'f", &[("eo'f", false)]),
        ("RUN <<'e'o\\'f", &[("eo'f", false)]),
        ("RUN <<$EOF", &[("$EOF", false)]),
        ("RUN <<EOF>x", &[("EOF>x", false)]),
        ("RUN cat<<EOF", &[]),
        ("RUN \"<<EOF\"", &[]),
        ("RUN <<<EOF", &[]),
        ("RUN <<", &[]),
        ("RUN ${x^^} <<EOF", &[]),
        ("RUN ${x:0:1} <<EOF", &[("EOF", false)]),
        ("RUN ${x#a} ${x/a/b} ${x-$y} <<EOF", &[("EOF", false)]),
    ] {
        let want: Vec<(String, bool)> = names.iter().map(|&(name, tabs)| (name.to_owned(), tabs)).collect();
        assert_eq!(here_documents(line), want, "{line}");
    }
    assert_eq!(here_document("<<EOF"), Some(("EOF".to_owned(), false)));
    assert_eq!(here_document("EOF"), None);
}
