//! The program: arguments in, exit code out.

mod cli;

fn main() -> std::process::ExitCode {
    cli::run()
}

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
