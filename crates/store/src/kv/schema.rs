//! The database file: its settings, its tables, and which fika wrote it.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use crate::error::StoreError;

/// The format this program writes. A change that older programs cannot read raises it.
pub(crate) const FORMAT: i64 = 1;
/// "fika" in ASCII: SQLite's `application_id`, so that `file` can tell what this is.
const APPLICATION: i64 = 0x6669_6b61;

const TABLES: &str = "
    CREATE TABLE kv (key BLOB PRIMARY KEY, value BLOB NOT NULL, revision INTEGER NOT NULL)
        WITHOUT ROWID;
    CREATE TABLE clock (revision INTEGER NOT NULL);
    INSERT INTO clock VALUES (0);";

/// Opens the one connection that writes; makes the database where there is none.
pub(crate) fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    create_private(path)?;
    let mut connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    prepare(&mut connection, path)
        .map_err(|e| StoreError::database(path, e))?
        .map_or(Ok(connection), Err)
}

/// Opens a connection that only reads.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
}

/// SQLite's own files take the mode of the database, so that is made before SQLite sees it.
fn create_private(path: &Path) -> Result<(), StoreError> {
    let io = |e| StoreError::io("create the database", path, e);
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
        .map_err(io)?;
    let dir = path.parent().unwrap_or(Path::new("."));
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(io)
}

fn open(path: &Path, access: OpenFlags) -> Result<Connection, StoreError> {
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags);
    let settled = connection.and_then(|c| {
        // Somebody may look in with the sqlite3 program; wait for them rather than fail.
        c.busy_timeout(Duration::from_secs(5))?;
        Ok(c)
    });
    settled.map_err(|e| StoreError::database(path, e))
}

/// Brings the database to [`FORMAT`], or says why that cannot be.
fn prepare(connection: &mut Connection, path: &Path) -> rusqlite::Result<Option<StoreError>> {
    let read = |c: &Connection, name| c.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (format, application) =
        (read(connection, "user_version")?, read(connection, "application_id")?);
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables > 0 && application != APPLICATION {
        return Ok(Some(StoreError::Foreign { path: path.into() }));
    }
    if format > FORMAT {
        return Ok(Some(StoreError::Newer { path: path.into(), found: format, known: FORMAT }));
    }
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // A commit answers only when the log is on the disk.
    connection.pragma_update(None, "synchronous", "FULL")?;
    if tables == 0 {
        create(connection)?;
    }
    Ok(None)
}

fn create(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(TABLES)?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    transaction.commit()
}
