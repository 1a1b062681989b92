//! The table of `docs/isolation.md`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Seen;
use crate::table::{Attempt, BOMBS, POSSIBLE, QUIET, REMAINS};

/// What was around the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The jail of a server that is root.
    Root,
    /// The jail of a server that is an ordinary user.
    User,
    /// A microVM.
    MicroVm,
    /// Nothing.
    None,
}

const COLUMNS: usize = 4;

const HEAD: &str = "\
# What a function cannot do

Every row is a program that CI runs as a function: in a jail whose server is root, in one whose server
is an ordinary user, in a microVM (QEMU, by software), and without a wall. *Expected* says how it must
fail; the other columns say what was seen. The page is written by the test `escape` of crate
`fika-sandbox`, which fails when it sees what is not expected, and when something is left of a
sandbox that is gone.

- `ENOSYS` is what is answered where a system call is not among those that are allowed. The list is
  the same for all.
- A microVM is held to what a jail is: what a function might do to its guest's kernel is
  refused too, though that kernel is nobody else's.
- **No wall** (`--wall none`) promises little. *Possible* says that it depends on the machine, its kernel and the
  server's user whether it comes to pass; what was seen is of one machine, with a server that is root.
  *Not tried* is what may come to pass and would harm the machine that runs the test.
- `kill_init` and `stop_machine` as an ordinary user: there is one user in such a sandbox, so the signal may be
  sent; process 1 does not take it. `cache_bomb` and `flood_log` may do what they do: their neighbours do not
  notice.

";

/// Writes the page anew with what was seen; or sees to it that the page knows of every attempt.
/// Which of the expected outcomes it was may differ between kernels.
pub fn check(column: Column, seen: &Seen) {
    let mut rows = read();
    if std::env::var_os("FIKA_WRITE_DOCS").is_some() {
        for (id, saw) in seen {
            let cell = &mut rows.entry(id.clone()).or_default()[column as usize];
            *cell = if saw.len() > 1 && saw.parse::<u64>().is_ok() { "many" } else { saw }.into();
        }
        fs::write(path(), render(&rows)).expect("a docs/isolation.md that this user may write");
        return;
    }
    let told = |id: &String| rows.get(id).is_some_and(|row| !row[column as usize].is_empty());
    let untold: Vec<_> = seen.keys().filter(|id| !told(id)).collect();
    assert!(untold.is_empty(), "docs/isolation.md lacks {untold:?}: FIKA_WRITE_DOCS=1 writes it");
    assert_eq!(fs::read_to_string(path()).unwrap(), render(&rows), "FIKA_WRITE_DOCS=1 writes it");
}

const POSSIBLE_HERE: &str = "*possible*:";
const NOT_TRIED: &str = "*not tried*";

/// What was seen, of a cell.
fn cell_in(cell: &str) -> String {
    let seen = cell.strip_prefix(POSSIBLE_HERE).unwrap_or(cell).trim_start();
    if seen == NOT_TRIED { String::new() } else { seen.into() }
}

type Rows = BTreeMap<String, [String; COLUMNS]>;

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/isolation.md")
}

fn read() -> Rows {
    let text = fs::read_to_string(path()).unwrap_or_default();
    let rows = text.lines().filter_map(|line| {
        let cells: Vec<_> = line.split(" | ").map(|cell| cell.trim_matches(['|', ' '])).collect();
        let [id, _, _, seen @ ..] = cells.as_slice() else { return None };
        let seen = <[&str; COLUMNS]>::try_from(seen).ok()?;
        let id = id.strip_prefix('`')?.strip_suffix('`')?;
        Some((id.to_string(), seen.map(cell_in)))
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
    let head =
        "| attempt | what it tries | expected | jail, root | jail, user | microVM | no wall |";
    let _ = writeln!(page, "{head}\n|---|---|---|---|---|---|---|");
    for attempt in attempts {
        let [root, user, guest, none] = rows.get(attempt.id).cloned().unwrap_or_default();
        let none = match attempt.expected(Column::None) {
            _ if !attempt.is_tried(Column::None) => NOT_TRIED.into(),
            POSSIBLE => format!("{POSSIBLE_HERE} {none}"),
            _ => none,
        };
        let (id, what) = (attempt.id, attempt.what);
        let expected = attempt.expected(Column::Root).replace('|', " or ");
        let _ =
            writeln!(page, "| `{id}` | {what} | {expected} | {root} | {user} | {guest} | {none} |");
    }
    page.push('\n');
}
