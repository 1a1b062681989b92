//! What is started in a sandbox.

use std::path::Path;

use fika_model::{FunctionVersion, Runtime};
use fika_sandbox::image::Image;

/// The variable that names a program to start the runtime with: AWS's documentation, "Wrapper
/// scripts". It is given the runtime's own command line. Runtimes that a function brings itself
/// have none.
const WRAPPER: &str = "AWS_LAMBDA_EXEC_WRAPPER";
/// What a function on `provided` may have in a layer instead of its code.
const BOOTSTRAP: &str = "bootstrap";

/// The command line of a version's runtime.
pub(crate) fn argv(
    version: &FunctionVersion,
    image: &Image,
    code: &Path,
    layers: Option<&Path>,
) -> Vec<String> {
    if matches!(version.runtime, Runtime::Provided { .. }) {
        let has = |tree: &Path| tree.join(BOOTSTRAP).is_file();
        return match layers {
            Some(layers) if !has(code) && has(layers) => vec![format!("/opt/{BOOTSTRAP}")],
            _ => image.argv.clone(),
        };
    }
    let wrapper = version.environment.get(WRAPPER).filter(|wrapper| !wrapper.is_empty());
    wrapper.into_iter().chain(&image.argv).cloned().collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::testing;

    fn image(runtime: Runtime, argv: &[&str]) -> Image {
        let argv = argv.iter().map(ToString::to_string).collect();
        Image { root: "/".into(), digest: String::new(), runtime, argv, source: String::new() }
    }

    #[test]
    fn a_wrapper_is_given_the_runtimes_own_command_line() {
        let mut version = FunctionVersion::clone(&testing::version(Duration::from_secs(3)));
        let node = image(version.runtime, &["/var/lang/bin/node", "/var/runtime/index.js"]);
        let here = Path::new("/nowhere");
        assert_eq!(argv(&version, &node, here, None), node.argv);
        version.environment.insert(WRAPPER.into(), "/opt/wrapper".into());
        let wrapped = argv(&version, &node, here, None);
        assert_eq!((wrapped[0].as_str(), &wrapped[1..]), ("/opt/wrapper", node.argv.as_slice()));
    }

    #[test]
    fn a_bootstrap_of_a_layer_runs_where_the_code_has_none() {
        let mut version = FunctionVersion::clone(&testing::version(Duration::from_secs(3)));
        version.runtime = Runtime::Provided { year: 2023 };
        let image = image(version.runtime, &["/var/task/bootstrap"]);
        let place = tempfile::tempdir().expect("a directory");
        let (with, without) = (place.path().join("with"), place.path().join("without"));
        for tree in [&with, &without] {
            std::fs::create_dir(tree).expect("made");
        }
        std::fs::write(with.join(BOOTSTRAP), "").expect("written");
        for (code, layers, program) in [
            (&with, None, "/var/task/bootstrap"),
            (&with, Some(&with), "/var/task/bootstrap"),
            (&without, Some(&with), "/opt/bootstrap"),
            (&without, Some(&without), "/var/task/bootstrap"),
            (&without, None, "/var/task/bootstrap"),
        ] {
            assert_eq!(argv(&version, &image, code, layers.map(|l| l.as_path())), [program]);
        }
    }
}
