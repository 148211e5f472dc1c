#include <cstdio>
#include <string>
#include <vector>

#include "host_object.hpp"
#include "module.hpp"
#include "run.hpp"
#include "text.hpp"

namespace smsbackup::python {

void bind_tool(py::module_& m) {
  m.def(
      "run_tool",
      [](const py::iterable& arguments) {
        std::vector<std::string> words;
        for (const py::handle argument : arguments) words.push_back(from_str(argument, "an argument"));
        std::vector<const char*> argv;
        for (const std::string& word : words) argv.push_back(word.c_str());
        argv.push_back(nullptr);
        return without_gil([&] {
          const int code = tool::run(static_cast<int>(words.size()), argv.data());
          std::fflush(stdout);
          return code;
        });
      },
      py::arg("arguments"));
}

}  // namespace smsbackup::python
