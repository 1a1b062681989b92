//! What is in a wall at one place is outside of it at another.

use std::net::SocketAddrV4;
use std::path::{Path, PathBuf};

use fika_init::message::Process;
use fika_init::place::{ENDPOINT, OPT, RUNTIME_API, TASK_ROOT, TMP};

/// The parts of an image that a runtime finds by its variables. The rest of it, libraries of the
/// system among them, is taken from the machine, which the image was made from.
const OF_THE_IMAGE: [&str; 3] = ["/var/lang", "/var/runtime", OPT];

/// The variable that names the place of layers to our runtime clients, where it is not `/opt`.
const LAYERS: &str = "FIKA_LAYERS";

/// The variable that names the place for temporary files.
const TMPDIR: &str = "TMPDIR";

/// Where the things of one sandbox are on the machine.
#[derive(Debug)]
pub struct Outside {
    places: Vec<(&'static str, PathBuf)>,
    addresses: [(String, String); 2],
    tmp: String,
}

impl Outside {
    /// Says where the image is, the directory for `/tmp`, and the two doors.
    pub fn new(image: PathBuf, tmp: &Path, api: SocketAddrV4, endpoint: SocketAddrV4) -> Self {
        let mut places = vec![(TMP, tmp.to_owned())];
        places.extend(OF_THE_IMAGE.map(|inside| (inside, image.join(&inside[1..]))));
        let addresses = [(RUNTIME_API, api), (ENDPOINT, endpoint)];
        Self {
            places,
            addresses: addresses.map(|(inside, here)| (inside.to_string(), here.to_string())),
            tmp: tmp.to_string_lossy().into_owned(),
        }
    }

    /// Says where the code is, and its layers, if it has any.
    pub fn bind(&mut self, code: PathBuf, layers: Option<PathBuf>) {
        self.places.push((TASK_ROOT, code));
        if let Some(layers) = layers {
            self.places.retain(|(inside, _)| *inside != OPT);
            self.places.push((OPT, layers));
        }
    }

    /// The same process, as it is started here.
    pub fn process(&self, inside: Process) -> Process {
        let Process { argv, env, cwd, cgroups } = inside;
        let argv = argv.iter().map(|word| self.text(word)).collect();
        let mut env: Vec<_> =
            env.into_iter().map(|(name, value)| (name, self.text(&value))).collect();
        if !env.iter().any(|(name, _)| name == TMPDIR) {
            env.push((TMPDIR.into(), self.tmp.clone()));
        }
        env.push((LAYERS.into(), self.path(OPT)));
        Process { argv, env, cwd: self.text(&cwd), cgroups }
    }

    /// A text with the addresses, and with the paths that are between its colons or all of it.
    fn text(&self, inside: &str) -> String {
        let mut text = inside.to_owned();
        for (inside, here) in &self.addresses {
            text = text.replace(inside, here);
        }
        text.split(':').map(|part| self.path(part)).collect::<Vec<_>>().join(":")
    }

    fn path(&self, inside: &str) -> String {
        let found = self.places.iter().find_map(|(place, here)| {
            let rest = inside.strip_prefix(place)?;
            let whole = rest.is_empty() || rest.starts_with('/');
            whole.then(|| format!("{}{rest}", here.display()))
        });
        found.unwrap_or_else(|| inside.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_addresses_are_those_of_the_machine() {
        let at = |port| SocketAddrV4::new([127, 1, 2, 3].into(), port);
        let mut outside = Outside::new("/images/a".into(), Path::new("/s/tmp/1"), at(5), at(6));
        outside.bind("/code/b".into(), None);
        let with_layers = {
            let mut outside = Outside::new("/images/a".into(), Path::new("/t"), at(5), at(6));
            outside.bind("/code/b".into(), Some("/code/l".into()));
            outside
        };
        assert_eq!(with_layers.text("/opt/lib:/var/lang"), "/code/l/lib:/images/a/var/lang");
        for (inside, here) in [
            ("127.0.0.1:9001", "127.1.2.3:5"),
            ("http://127.0.0.1:9002", "http://127.1.2.3:6"),
            ("/var/task", "/code/b"),
            ("/var/task/bootstrap", "/code/b/bootstrap"),
            ("/var/taskless", "/var/taskless"),
            ("/var/lang/lib:/lib64:/opt/lib", "/images/a/var/lang/lib:/lib64:/images/a/opt/lib"),
            (":UTC", ":UTC"),
            ("/tmp", "/s/tmp/1"),
            ("see /tmp/x", "see /tmp/x"),
        ] {
            assert_eq!(outside.text(inside), here, "{inside}");
        }
    }

    #[test]
    fn a_function_is_told_of_its_own_tmp() {
        let at = SocketAddrV4::new([127, 1, 2, 3].into(), 5);
        let outside = Outside::new("/i".into(), Path::new("/s/tmp/1"), at, at);
        let started = |env: &[(&str, &str)]| {
            let env = env.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
            outside.process(Process { argv: vec![], env, cwd: "/".into(), cgroups: 0 }).env
        };
        let layers = (LAYERS.to_owned(), "/i/opt".to_owned());
        assert_eq!(started(&[]), [(TMPDIR.to_owned(), "/s/tmp/1".to_owned()), layers.clone()]);
        let own = started(&[(TMPDIR, "/tmp/mine")]);
        assert_eq!(own, [(TMPDIR.to_owned(), "/s/tmp/1/mine".to_owned()), layers]);
    }
}
