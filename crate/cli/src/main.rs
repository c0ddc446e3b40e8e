//! The command `repin`.
use repin::Question;
use repin::source::Images;
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let get = |n: &str| args.iter().position(|a| a == n).and_then(|i| args.get(i + 1)).cloned();
    let inputs: Vec<String> = args.windows(2).filter(|w| w[0] == "--inputs").map(|w| w[1].clone()).collect();
    let mut local = repin_forge::local::Local::open(std::path::Path::new(&args[1])).unwrap();
    if let Some(f) = get("--tags") {
        let tags = repin_forge::tags::parse(&std::fs::read(f).unwrap()).unwrap();
        local = local.with_images(Images { tags, cut_off: None });
    }
    let q = Question { revision: get("--commit"), inputs, ci_path: None, image: get("--image") };
    if args[0] == "resolve" {
        let r = pollster::block_on(repin::resolve::resolve(&local, &q)).unwrap_or_else(|e| {
            eprintln!("{e}");
            std::process::exit(1)
        });
        serde_json::to_writer_pretty(std::io::stdout().lock(), &r).unwrap();
        std::process::exit(r.status.exit_code().into());
    } else {
        let r = pollster::block_on(repin::history::history(&local, &q, get("--limit").map(|l| l.parse().unwrap())))
            .unwrap_or_else(|e| {
                eprintln!("{e}");
                std::process::exit(1)
            });
        serde_json::to_writer(std::io::BufWriter::new(std::io::stdout().lock()), &r).unwrap();
    }
}
