//! `repin-sandbox`: a GitLab with the sample course and a Renku, for hand, browser and other clients; and the measure of what questions cost there.

mod bench;
mod error;
#[cfg(unix)]
mod recipe;
mod retag;
mod serve;
mod usual;

use std::process::ExitCode;

const USAGE: &str = "\
usage: repin-sandbox serve [--port N] [--path /gitlab] [--registry | --open-registry] [--hostile] [--long N] [--repository DIR]
                           [--site DIR[:PORT]] [--renku] [--renku-ports N,N] [--control] [--until-eof]
       repin-sandbox bench --repin PROGRAM --folder DIR [--commits N] [--latency MS]
       repin-sandbox retag --repin PROGRAM --folder DIR [--runs N]
       repin-sandbox recipe --repin PROGRAM --folder DIR [--pushes N] [--seed N]

  --port N      the port on 127.0.0.1 (default: a free one)
  --path PATH   a relative root
  --registry    with a real registry, by Debian's docker-registry
  --open-registry  the same, below the GitLab's own address and for pages of other sites
  --hostile     with a project whose titles, branches and paths try to be more than texts
  --long N      with a project of N commits, with merges and images
  --repository DIR
                with a repository of this machine, as if its branch had been pushed a few commits at a time and most pushes
                had given an image
  --site DIR[:PORT]
                also serve a folder of static files, on a port of its own
  --renku       with a Renku 2 and a legacy Renku, each on a port of its own
  --renku-ports N,N
                the same, on these ports
  --control     let tests arm faults, read the log of requests and push: JSON over HTTP on a port of its own, with the header
                X-Repin-Control (GET, DELETE /log; POST, DELETE /faults; POST /commits, /tags; /renku/...)
  --until-eof   end when standard input ends, so that it ends with whoever started it
  --repin PROGRAM, --folder DIR
                what is measured, and where the repositories for it are made
  --commits N   how long the generated history is (default: 5000)
  --latency MS  how long every request waits (default: 100)
  --runs N      how often another tag is given to an image (default: 5)
  --pushes N    how many pushes the story has that recipes of an image job are tried on (default: 300)
  --seed N      which story it is";

/// Why it ends early.
enum Failure {
    /// The command line is wrong.
    Usage(String),
    /// What it does failed.
    Run(error::Error),
}

impl<E: Into<error::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Run(error.into())
    }
}

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let done = match args.next().as_deref() {
        Some("serve") => serve::serve(args),
        Some("bench") => bench::bench(args),
        Some("retag") => retag::retag(args),
        #[cfg(unix)]
        Some("recipe") => recipe::recipe(args),
        Some("--help" | "-h") => {
            println!("{USAGE}");
            Ok(())
        }
        Some(other) => Err(Failure::Usage(format!("there is no command {other}"))),
        None => Err(Failure::Usage("which command?".to_owned())),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(wrong)) => {
            eprintln!("{wrong}\n{USAGE}");
            ExitCode::from(2)
        }
        Err(Failure::Run(error)) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
