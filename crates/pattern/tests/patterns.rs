//! What patterns match, from the examples of the service's documentation, and what is none.
#![allow(clippy::unwrap_used)]

use fika_pattern::{NotAPattern, Pattern};
use proptest::prelude::*;

fn check(pattern: &str, wanted: &[&str], others: &[&str]) {
    let read = Pattern::parse(pattern).unwrap_or_else(|e| panic!("{pattern}: {e}"));
    for message in wanted {
        assert!(read.matches(message), "{pattern} is to match {message}");
    }
    for message in others {
        assert!(!read.matches(message), "{pattern} is not to match {message}");
    }
}

#[test]
fn terms() {
    let bad = "[ERROR 400] BAD REQUEST";
    let unauthorized = "[ERROR 401] UNAUTHORIZED REQUEST";
    let missing = "[ERROR 419] MISSING ARGUMENTS";
    let invalid = "[ERROR 420] INVALID ARGUMENTS";
    let info = "[INFO 200] OK, code: 1";
    check("", &[bad, info, ""], &[]);
    check("  ", &[bad], &[]);
    check("ERROR", &[bad, unauthorized], &[info, "error"]);
    check("ERROR ARGUMENTS", &[missing, invalid], &[bad]);
    check("?ERROR ?ARGUMENTS", &[bad, missing], &[info]);
    // The question marks have no effect beside others.
    check("?ERROR ?ARGUMENTS OK", &[info], &[bad]);
    check("ERROR -ARGUMENTS", &[bad], &[missing, info]);
    check("-ERROR", &[info], &[bad]);
    check("\"INVALID ARGUMENTS\"", &[invalid], &[missing]);
    check("ERROR -\"INVALID ARGUMENTS\"", &[missing], &[invalid]);
    check("\"code: 1\"", &[info], &[bad]);
    check(r#""say \"hi\"""#, &[r#"they say "hi" to all"#], &["say hi"]);
    check("%AUTHORIZED%", &[unauthorized, "[SUCCESS 200] AUTHORIZED REQUEST"], &[bad]);
    check("%4[01]0%", &[bad], &[unauthorized]);
    check(r"%^\[ERROR 4\d{2}\]% -BAD", &[unauthorized], &[bad, info]);
}

const EVENT: &str = r#"{
    "eventType": "UpdateTrail", "sourceIPAddress": "111.111.111.111", "arrayKey": ["value", "other"],
    "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
    "SomeObject": null, "ThisFlag": true, "no": false, "number": 1.5e3, "status": 404, "text": "12",
    "user": {"id": 1, "email": "John.Stiles@example.com"}, "dotted.name": "x", "empty": ""
}"#;

#[test]
fn json() {
    let matching = [
        r#"{ $.eventType = "UpdateTrail" }"#,
        "{ $.eventType = UpdateTrail }",
        "{$.eventType=UpdateTrail}",
        r#"{ $.sourceIPAddress != 123.123.* }"#,
        r#"{ $.sourceIPAddress = 111.111.* }"#,
        r#"{ $.arrayKey[0] = "value" }"#,
        r#"{ $.arrayKey[*] = "other" }"#,
        "{ $.objectList[1].id = 2 }",
        "{ $.objectList[*].id >= 2 }",
        "{ $.SomeObject IS NULL }",
        "{ $.SomeObject is null }",
        "{ $.SomeOtherObject NOT EXISTS }",
        "{ $.objectList[2] NOT EXISTS }",
        "{ $.ThisFlag IS TRUE }",
        "{ $.ThisFlag = true }",
        "{ $.no IS FALSE }",
        "{ $.number > 1000 }",
        "{ $.number = 1.5e3 }",
        "{ $.number < 15e2 || $.number >= 1500 }",
        "{ $.status = 404 }",
        "{ $.status = 4* }",
        "{ $.status != 5* }",
        "{ $.text = 12 }",
        "{ $.eventType = %Trail$% }",
        "{ $.eventType = * }",
        "{ $.SomeObject = * }",
        "{ $.user = * }",
        r#"{ $.empty = "" }"#,
        r#"{ $.user.email = "*.Stiles@*.com" && $.user.id = 1 }"#,
        "{ ($.user.id = 2 || $.eventType = U*) && $.status != 200 }",
        "{ $.user.id = 2 && $.eventType = nothing || $.status = 404 }",
        "{ $['dotted.name'] = x }",
        "{ $.['dotted.name'] = x }",
        r#"{ $["dotted.name"] = x }"#,
    ];
    let not = [
        "{ $.eventType = updatetrail }",
        "{ $.missing = * }",
        "{ $.missing != x }",
        "{ $.missing IS NULL }",
        "{ $.SomeObject NOT EXISTS }",
        "{ $.number > 1500 }",
        "{ $.eventType > 1 }",
        "{ $.text > 1 }",
        "{ $.user = x }",
        r#"{ $.SomeObject = "" }"#,
        "{ $.ThisFlag IS FALSE }",
        "{ $.arrayKey[2] = value }",
        "{ $.user.id = 1 && ($.status = 1 || $.status = 2) }",
    ];
    for pattern in matching {
        check(pattern, &[EVENT], &["no JSON", ""]);
    }
    for pattern in not {
        check(pattern, &[], &[EVENT]);
    }
}

#[test]
fn fields() {
    let line = |status: u16, bytes: u32| {
        format!(
            "127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] \"GET /index.html HTTP/1.0\" {status} {bytes}"
        )
    };
    let (ok, missing, large) = (line(200, 1_534), line(404, 88), line(410, 5_000));
    let all: [&str; 3] = [&ok, &missing, &large];
    let [ok, missing, large] = all;
    check("[ip, user, username, timestamp, request, status_code, bytes]", &all, &["a b"]);
    check(
        "[ip, user, username, timestamp, request, status_code, bytes > 1000]",
        &[ok, large],
        &[missing],
    );
    check("[ip, user, username, timestamp, request, status_code = 4*, bytes]", &[missing], &[ok]);
    check("[..., status_code = 4*, bytes > 1000]", &[large], &[missing, ok]);
    check("[ip = 127.0.0.1, ..., status = 404 || status = 410, bytes]", &[missing, large], &[ok]);
    check("[..., request = *.html*, status_code = 4*,]", &[missing], &[ok]);
    check("[ip, user, ...]", &all, &["one"]);
    check("[...]", &all, &[]);
    check("[ip=%127\\.0\\.0\\.[1-9]%, user, ...]", &all, &["10.0.0.1 x"]);
    check(
        "[w1=ERROR || w1=%WARN%, w2]",
        &["ERROR x", "WARNING x"],
        &["INFO x", "ERROR", "ERROR x y"],
    );
    check("[(w=a || w=b) && w!=b, ...]", &["a x"], &["b x", "c x"]);
    check("[w != a && w != b || w = a, ...]", &["a", "c"], &["b"]);
    check("[n = 5]", &["5", "5.0"], &["6", "five"]);
    check("[, b]", &["x y"], &["x"]);
}

#[test]
fn what_is_no_pattern() {
    for text in [
        "{",
        "{}",
        "{ $ = 1 }",
        "{ $.a }",
        "{ $.a = }",
        "{ $.a = 1",
        "{ $.a > x }",
        "{ $.a == 1 }x",
        "{ a = 1 }",
        "{ $.a = \"x }",
        "{ $.a IS }",
        "{ $.a NOT }",
        "{ $.a[x] = 1 }",
        "{ ($.a = 1 }",
        "[",
        "[a",
        "[a > x]",
        "[..., a, ...]",
        "[= 1]",
        "\"x",
        "-",
        "?",
        "a-b",
        "a.b",
        "%x",
        "%(a)%",
        "%a!%",
        "%[%",
        "%é%",
        "%a{1000}{1000}%",
        "{ $.a = 1 } x",
        "[a] b",
    ] {
        assert!(Pattern::parse(text).is_err(), "{text}");
    }
    let deep = format!("{{ {}$.a = 1{} }}", "(".repeat(100), ")".repeat(100));
    assert_eq!(Pattern::parse(&deep).unwrap_err(), NotAPattern::TooLarge);
    assert_eq!(Pattern::parse(&"a".repeat(5_000)).unwrap_err(), NotAPattern::TooLarge);
}

#[test]
fn a_hostile_pair_takes_no_time() {
    let stars = format!("{{ $.a = {} }}", "*a".repeat(400));
    let event = format!(r#"{{"a":"{}b"}}"#, "a".repeat(200_000));
    assert!(!Pattern::parse(&stars).unwrap().matches(&event));
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(!Pattern::parse("{ $.* = 1 }").unwrap().matches(&deep));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,200}", message in ".{0,200}") {
        if let Ok(pattern) = Pattern::parse(&text) {
            let _ = pattern.matches(&message);
        }
    }

    #[test]
    fn no_text_of_its_own_signs_makes_it_panic(
        text in r#"[{\[][$.a1"' \[\](){}%=!<>&|*?,\\-]{0,40}(IS NULL|NOT EXISTS)?[\]}]"#,
        message in r#"[{}\[\]"a1:, ]{0,40}"#,
    ) {
        if let Ok(pattern) = Pattern::parse(&text) {
            let _ = pattern.matches(&message);
        }
    }

    #[test]
    fn a_word_and_its_exclusion_are_opposites(word in "[a-z]{1,3}", message in "[a-z ]{0,30}") {
        let with = Pattern::parse(&word).unwrap().matches(&message);
        let without = Pattern::parse(&format!("-{word}")).unwrap().matches(&message);
        prop_assert_ne!(with, without);
        prop_assert_eq!(with, message.contains(&word));
    }

    #[test]
    fn json_numbers_compare_as_numbers(a in -1000_i32..1000, b in -1000_i32..1000) {
        let event = format!(r#"{{"n":{a}}}"#);
        for (sign, holds) in [("=", a == b), ("!=", a != b), ("<", a < b), (">=", a >= b)] {
            let pattern = Pattern::parse(&format!("{{ $.n {sign} {b} }}")).unwrap();
            prop_assert_eq!(pattern.matches(&event), holds);
        }
    }
}
