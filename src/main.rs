//! The `touchline` binary: everything is in the library; this turns its result into an exit code.

fn main() -> std::process::ExitCode {
    touchline::cli::main()
}
