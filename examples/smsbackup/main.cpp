// smsbackup: the library on the command line (docs/tool.md).
#include "run.hpp"

int main(int argc, char** argv) { return tool::run(argc, argv); }
