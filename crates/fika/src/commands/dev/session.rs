//! A session: files change, functions are deployed, logs come, all on one event loop.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fika_package::Packer;
use tokio::sync::{mpsc, watch as channel};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::answers::Shelf;
use super::board::{self, Board};
use super::burst::{Burst, Save};
use super::debug::Ports;
use super::deployer::{self, Deployed};
use super::line::{self, Line};
use super::project::Project;
use super::screen::{Opening, Screen};
use super::server::Own;
use super::stack;
use super::tail::{self, Entry};
use super::watch::Watcher;
use crate::cli::DevArgs;
use crate::client::Client;
use crate::failure::{Failure, Kind};
use crate::ui::Ui;

/// Events of logs that wait to be shown.
const ENTRIES: usize = 1_024;

/// All that a session knows.
pub struct Session<'a> {
    args: &'a DevArgs,
    ui: Ui,
    screen: Screen,
    project: Project,
    client: Arc<Client>,
    shelf: Arc<Shelf>,
    /// The data directory of the session's own server.
    data_dir: Option<String>,
    ports: Option<Ports>,
    board: Board,
    /// Functions that have answered in this session.
    good: BTreeSet<String>,
    /// Functions that were there when the session began, or have been deployed since.
    known: BTreeSet<String>,
    deployments: JoinSet<Done>,
    packers: BTreeMap<String, Arc<Mutex<Packer>>>,
    begun: Instant,
    names: channel::Sender<Vec<String>>,
}

/// A deployment that is over.
struct Done {
    function: String,
    /// When its code was saved.
    saved: Duration,
    result: Result<Deployed, Failure>,
}

impl<'a> Session<'a> {
    /// Nothing is deployed yet.
    pub fn new(
        args: &'a DevArgs,
        ui: Ui,
        project: Project,
        client: Client,
        shelf: Arc<Shelf>,
        own: Option<&Own>,
    ) -> Self {
        let ports = args.debug.zip(own).map(|(port, own)| Ports::new(port, own.debuggers()));
        Self {
            args,
            ui,
            screen: Screen::new(ui),
            project,
            client: Arc::new(client),
            shelf,
            data_dir: own.map(|own| own.data_dir.display().to_string()),
            ports,
            board: Board::default(),
            good: BTreeSet::new(),
            known: BTreeSet::new(),
            deployments: JoinSet::new(),
            packers: BTreeMap::new(),
            begun: Instant::now(),
            names: channel::Sender::default(),
        }
    }

    /// Goes on until it is dropped, or cannot.
    ///
    /// # Errors
    /// When files cannot be watched, the server is gone, or nobody reads what is said.
    pub async fn run(mut self, url: &str) -> Result<(), Failure> {
        let mut watcher = Watcher::new().map_err(unwatched)?;
        // Only now, as a server of the session's own answers while this runs.
        let project = std::mem::take(&mut self.project);
        self.project = self.within_stack(project).await?;
        self.follow_project(&mut watcher)?;
        self.screen.opening(&Opening {
            url: url.into(),
            data_dir: self.data_dir.clone(),
            not_made: self.project.not_made.clone(),
        })?;
        self.open_ports().await?;
        let (entries, mut logged) = mpsc::channel(ENTRIES);
        let mut tail =
            std::pin::pin!(tail::follow(Arc::clone(&self.client), self.names.subscribe(), entries));
        let all: Vec<String> = self.project.functions.iter().map(|f| f.name.clone()).collect();
        for name in &all {
            self.deploy(name, self.begun.elapsed());
        }
        let (mut burst, mut called) = (Burst::default(), false);
        loop {
            tokio::select! {
                // What was saved comes before what is said of what was before.
                biased;
                changes = watcher.next() => {
                    let now = self.begun.elapsed();
                    for (path, kind) in changes.map_err(unwatched)? {
                        burst.add(now, path, kind);
                    }
                }
                () = until(self.begun, burst.due()) => {
                    if let Some(save) = burst.take(self.begun.elapsed()) {
                        self.saved(save, &mut watcher).await?;
                    }
                }
                Some(done) = self.deployments.join_next() => {
                    let done = done.map_err(|e| Failure::io("report this", e))?;
                    self.done(done)?;
                    if !called && self.deployments.is_empty() {
                        called = true;
                        self.screen.how_to_call(self.data_dir.as_deref())?;
                    }
                }
                Some(entry) = logged.recv() => self.show(&entry)?,
                ended = &mut tail => return ended,
            }
        }
    }

    /// Watches what the project is made of, and tells who must know its functions.
    fn follow_project(&mut self, watcher: &mut Watcher) -> Result<(), Failure> {
        for template in &self.project.templates {
            watcher.add(template, None).map_err(unwatched)?;
        }
        for function in &self.project.functions {
            if let Some(path) = function.path() {
                // One that is not there is told of when it is deployed.
                if path.exists() {
                    watcher.add(path, function.module()).map_err(unwatched)?;
                }
            }
        }
        let names: Vec<String> = self.project.functions.iter().map(|f| f.name.clone()).collect();
        self.screen.set_names(&names);
        self.names.send_replace(names);
        Ok(())
    }

    async fn open_ports(&mut self) -> Result<(), Failure> {
        let Some(ports) = &mut self.ports else { return Ok(()) };
        for function in &self.project.functions {
            if let Some(address) = ports.open(&function.name).await? {
                self.screen.debugger(&function.name, &address.to_string())?;
            }
        }
        Ok(())
    }

    /// Files were saved.
    async fn saved(&mut self, save: Save, watcher: &mut Watcher) -> Result<(), Failure> {
        let mut to_deploy: BTreeSet<String> = self.touched(&save.paths);
        if save.paths.iter().any(|path| self.project.templates.contains(path)) {
            match self.read().await {
                Ok(new) => {
                    let same = |f: &&super::project::Function| self.project.functions.contains(f);
                    let changed = new.functions.iter().filter(|function| !same(function));
                    to_deploy.extend(changed.map(|function| function.name.clone()));
                    self.project = new;
                    self.follow_project(watcher)?;
                    self.open_ports().await?;
                }
                // The functions stay as they are until it can be read.
                Err(failure) => self.screen.trouble(&failure)?,
            }
        }
        for name in to_deploy {
            if self.board.saved(&name, save.at) {
                self.start(&name, save.at);
            }
        }
        Ok(())
    }

    async fn read(&self) -> Result<Project, Failure> {
        self.within_stack(Project::read(self.args)?).await
    }

    async fn within_stack(&self, project: Project) -> Result<Project, Failure> {
        match &self.args.stack {
            Some(stack) => stack::within(&self.client, stack, project).await,
            None => Ok(project),
        }
    }

    fn touched(&self, changed: &BTreeSet<PathBuf>) -> BTreeSet<String> {
        let functions = &self.project.functions;
        let made_of = functions.iter().filter_map(|f| Some((f.name.as_str(), f.path()?)));
        let made_of: Vec<(&str, &Path)> = made_of.collect();
        board::touched(made_of.into_iter(), changed).into_iter().map(str::to_owned).collect()
    }

    fn deploy(&mut self, name: &str, saved: Duration) {
        if self.board.saved(name, saved) {
            self.start(name, saved);
        }
    }

    fn start(&mut self, name: &str, saved: Duration) {
        let Some(function) = self.project.function(name).cloned() else { return };
        let (client, ui) = (Arc::clone(&self.client), self.ui);
        let packer = Arc::clone(self.packers.entry(name.into()).or_default());
        self.deployments.spawn(async move {
            let name = function.name.clone();
            let result = deployer::deploy(client, function, packer, ui).await;
            Done { function: name, saved, result }
        });
    }

    fn done(&mut self, done: Done) -> Result<(), Failure> {
        let Done { function, saved, result } = done;
        let took = self.begun.elapsed().saturating_sub(saved);
        match result {
            Ok(deployed) => {
                self.good.insert(function.clone());
                if self.known.insert(function.clone()) {
                    self.screen.deployed(&function, &deployed.arn, took)?;
                } else if deployed.changed {
                    self.screen.reloaded(&function, took)?;
                }
            }
            // A server that is gone ends the session; a function that cannot run does not.
            Err(failure) if failure.kind == Kind::Unavailable => return Err(failure),
            Err(failure) => {
                let serving = self.good.contains(&function) && failure.kind != Kind::Refused;
                self.screen.failed(&function, &deployer::explained(failure), serving)?;
            }
        }
        if let Some(saved) = self.board.done(&function) {
            self.start(&function, saved);
        }
        Ok(())
    }

    fn show(&self, (function, event): &Entry) -> Result<(), Failure> {
        match line::read(&event.message) {
            Line::Said => self.screen.said(function, event),
            Line::Noise | Line::InitFailed(_) => Ok(()),
            Line::Report(report) => {
                let answer = self.shelf.take(&report.request_id);
                self.screen.answered(function, &report, answer.as_ref())
            }
        }
    }
}

async fn until(begun: Instant, due: Option<Duration>) {
    match due {
        Some(due) => sleep_until(begun + due).await,
        None => std::future::pending().await,
    }
}

fn unwatched(error: std::io::Error) -> Failure {
    let fix = match error.raw_os_error() {
        // ENOSPC and EMFILE: a limit of inotify.
        Some(28 | 24) => "raise fs.inotify.max_user_watches and max_user_instances (sysctl)",
        _ => "make the folder readable",
    };
    Failure::io(fix, format!("files cannot be watched: {error}"))
}
