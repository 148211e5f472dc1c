// The whole command, for whoever has a main() of his own.
#pragma once

namespace tool {

// Runs one command line; `argv[0]` is how the program was called. Prints to the standard streams of C, and returns the
// exit code (exit_code.hpp). Signals are taken care of while it runs, and left as they were afterwards.
int run(int argc, const char* const* argv);

}  // namespace tool
