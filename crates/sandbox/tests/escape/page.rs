//! The table of `docs/isolation.md`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Seen;
use crate::table::{Attempt, BOMBS, QUIET, REMAINS};

/// Which wall was tried.
#[derive(Debug, Clone, Copy)]
pub enum Column {
    /// The jail of a server that is root.
    Root,
    /// The jail of a server that is an ordinary user.
    User,
}

const COLUMNS: usize = 2;

const HEAD: &str = "\
# What a function cannot do

Every row is a program that CI runs as a function, in a jail whose server is root and in one whose
server is an ordinary user. *Expected* says how it must fail; the other columns say what was seen.
`ENOSYS` is what the jail answers where a system call is not among those it allows. The page is
written by the test `escape` of crate `fika-sandbox`, which fails when it sees what is not expected.

`kill_init` as an ordinary user: there is one user in such a sandbox, so the signal may be sent; process
1 does not take it. `cache_bomb` and `flood_log` may do what they do: their neighbours do not notice.

";

/// Writes the page anew with what was seen; or sees to it that the page knows of every attempt.
/// Which of the expected outcomes it was may differ between kernels.
pub fn check(column: Column, seen: &Seen) {
    let mut rows = read();
    if std::env::var_os("FIKA_WRITE_DOCS").is_some() {
        for (id, saw) in seen {
            rows.entry(id.clone()).or_default()[column as usize].clone_from(saw);
        }
        fs::write(path(), render(&rows)).expect("a docs/isolation.md that this user may write");
        return;
    }
    let told = |id: &String| rows.get(id).is_some_and(|row| !row[column as usize].is_empty());
    let untold: Vec<_> = seen.keys().filter(|id| !told(id)).collect();
    assert!(untold.is_empty(), "docs/isolation.md lacks {untold:?}: FIKA_WRITE_DOCS=1 writes it");
    assert_eq!(fs::read_to_string(path()).unwrap(), render(&rows), "FIKA_WRITE_DOCS=1 writes it");
}

type Rows = BTreeMap<String, [String; COLUMNS]>;

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/isolation.md")
}

fn read() -> Rows {
    let text = fs::read_to_string(path()).unwrap_or_default();
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<_> = line.split(" | ").map(|cell| cell.trim_matches(['|', ' '])).collect();
        let [id, _, _, root, user] = cells.as_slice() else { return None };
        let id = id.strip_prefix('`')?.strip_suffix('`')?;
        Some((id.to_string(), [root.to_string(), user.to_string()]))
    });
    rows.collect()
}

fn render(rows: &Rows) -> String {
    let mut page = String::from(HEAD);
    for (group, attempts) in QUIET {
        section(&mut page, group, attempts, rows);
    }
    section(&mut page, "Using up the machine, while a neighbour works", BOMBS, rows);
    section(&mut page, "Remains of the sandbox before, and of a neighbour", REMAINS, rows);
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

fn section(page: &mut String, group: &str, attempts: &[Attempt], rows: &Rows) {
    let _ = writeln!(page, "## {group}\n");
    let _ = writeln!(page, "| attempt | what it tries | expected | jail, root | jail, user |");
    let _ = writeln!(page, "|---|---|---|---|---|");
    for attempt in attempts {
        let [root, user] = rows.get(attempt.id).cloned().unwrap_or_default();
        let expected = attempt.expected.replace('|', " or ");
        let _ = writeln!(
            page,
            "| `{}` | {} | {expected} | {root} | {user} |",
            attempt.id, attempt.what
        );
    }
    page.push('\n');
}
