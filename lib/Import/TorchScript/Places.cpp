// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Python files and lines of TorchScript code.
#include "lib/Import/TorchScript/Walk.h"

#include <torch/csrc/jit/frontend/source_range.h>

namespace lcompile::torchscript {

bool isLibrary(const std::string &file) {
  return file.find("/torch/nn/") != std::string::npos ||
         file.find("/torch/jit/") != std::string::npos ||
         file.find("/torch/functional.py") != std::string::npos ||
         file.find("/torch/_") != std::string::npos;
}

std::vector<Place> placesOf(const torch::jit::SourceRange &range) {
  std::vector<Place> places;
  auto original = range.findSourceRangeThatGenerated();
  const torch::jit::SourceRange &r = original ? *original : range;
  if (!r.source())
    return places;
  std::istringstream stack(r.source()->text_str().str());
  std::string line;
  while (std::getline(stack, line)) {
    size_t open = line.find(".py("), close = line.find("): ", open);
    if (open == std::string::npos || close == std::string::npos)
      break;
    std::string number = line.substr(open + 4, close - open - 4);
    if (number.empty() || number.size() > 7 ||
        number.find_first_not_of("0123456789") != std::string::npos)
      break;
    places.push_back({line.substr(0, open + 3), unsigned(std::stoul(number))});
  }
  if (places.empty())
    if (auto position = r.file_line_col()) {
      auto [file, number, column] = *position;
      if (!file.empty() && number != 0)
        places.push_back({file, unsigned(number)});
    }
  return places;
}

} // namespace lcompile::torchscript
