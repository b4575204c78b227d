// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// The arena over time, as a picture.
#include "lib/Compiler/MemoryPicture.h"

#include "lib/Compiler/HtmlReport.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include <cmath>

using namespace llvm;

namespace lcompile {
namespace {

// In units of the drawing.
constexpr double width = 1120, left = 78, right = 12, top = 10, bottom = 40;
constexpr double slotHeight = 300, liveHeight = 90, between = 26;

struct Picture {
  raw_ostream &os;
  const Plan &plan;
  const PlanFunction &f;
  size_t columns;

  double x(double column) const {
    return left + (width - left - right) * column / double(columns);
  }
  double y(double bytes) const {
    return top + slotHeight * (1 - bytes / double(f.arenaBytes));
  }
  /// The first dispatch at or behind a step.
  size_t column(int64_t step) const {
    return partition_point(
               f.dispatches,
               [&](const PlanDispatch &d) { return d.step < step; }) -
           f.dispatches.begin();
  }
  std::pair<size_t, size_t> columnsOf(const PlanSlot &slot) const {
    size_t begin = std::min(column(slot.begin), columns - 1);
    return {begin, std::max(column(slot.end + 1), begin + 1)};
  }
  void label(double px, double py, StringRef anchor, StringRef words) {
    os << format("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"", px, py) << anchor
       << "\">";
    printHTMLEscaped(words, os);
    os << "</text>\n";
  }
  void line(double x1, double y1, double x2, double y2) {
    os << format("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n",
                 x1, y1, x2, y2);
  }

  void grid() {
    for (int i = 0; i <= 4; ++i) {
      double bytes = double(f.arenaBytes) * i / 4;
      line(left, y(bytes), width - right, y(bytes));
      label(left - 8, y(bytes) + 4, "end", bytesText(uint64_t(bytes)));
    }
    // About ten marks at round numbers of kernels.
    size_t step = 1;
    for (size_t k = 0; columns / step > 12; ++k)
      step = step * (k % 3 == 1 ? 5 : 4) / 2; // 1 2 5 10 20 50 ...
    double base = top + slotHeight + between + liveHeight;
    for (size_t i = 0; i < columns; i += step)
      label(x(double(i) + 0.5), base + 16, "middle", std::to_string(i));
    label((left + width - right) / 2, base + 34, "middle", "kernel");
  }

  void slot(size_t i) {
    const PlanSlot &slot = f.slots[i];
    auto [begin, end] = columnsOf(slot);
    StringRef kind = "other", writer = "control flow";
    std::string place = "a" + std::to_string(i);
    for (const PlanDispatch &d : f.dispatches)
      if (is_contained(d.writes, place)) {
        kind = d.unit == "cpu-library" ? "library" : "generated";
        writer = d.kernel;
        break;
      }
    double px = x(double(begin)), w = std::max(x(double(end)) - px, 1.5);
    double py = y(double(slot.offset + slot.bytes));
    double h = std::max(y(double(slot.offset)) - py, 1.0);
    os << "<g><rect class=\"" << kind
       << format("\" x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\"/>",
                 px, py, w, h);
    os << "<title>slot " << i << ": ";
    printHTMLEscaped(
        bytesText(slot.bytes) + " at " + bytesText(slot.offset) + " (" +
            slot.formula + ")\nkernels " + std::to_string(begin) + " to " +
            std::to_string(end - 1) + "\nfirst written by " + writer.str(),
        os);
    os << "</title>";
    std::string name = std::to_string(i);
    if (h >= 12 && w >= 7.0 * double(name.size()) + 4)
      os << format("<text class=\"slot\" x=\"%.1f\" y=\"%.1f\" "
                   "text-anchor=\"middle\">",
                   px + w / 2, py + h / 2 + 4)
         << name << "</text>";
    os << "</g>\n";
  }

  void live() {
    std::vector<int64_t> bytes(columns, 0);
    for (const PlanSlot &slot : f.slots)
      for (auto [i, end] = columnsOf(slot); i < end; ++i)
        bytes[i] += slot.bytes;
    double base = top + slotHeight + between + liveHeight;
    double most = double(std::max<int64_t>(f.arenaBytes, 1));
    os << format("<path class=\"live\" d=\"M%.1f %.1f", left, base);
    for (size_t i = 0; i < columns; ++i) {
      double py = base - liveHeight * std::min(1.0, double(bytes[i]) / most);
      os << format("L%.2f %.2fL%.2f %.2f", x(double(i)), py, x(double(i + 1)),
                   py);
    }
    os << format("L%.1f %.1fZ\"><title>bytes live, at most %s</title></path>\n",
                 width - right, base, bytesText(f.liveBytes).c_str());
    line(left, base, width - right, base);
    line(left, base - liveHeight, width - right, base - liveHeight);
    label(left - 8, base + 4, "end", "0");
    label(left - 8, base - liveHeight + 4, "end", bytesText(f.arenaBytes));
    label(left - 8, base - liveHeight / 2 + 4, "end", "live");
  }

  void draw() {
    os << format("<svg class=\"memory\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
                 "aria-label=\"arena slots over time\">\n",
                 width, top + slotHeight + between + liveHeight + bottom);
    grid();
    for (size_t i = 0; i < f.slots.size(); ++i)
      slot(i);
    live();
    os << "</svg>\n<p class=\"legend\"><i class=\"unit generated\"></i>written "
          "by a "
          "generated kernel <i class=\"unit library\"></i>by a library kernel "
          "<i class=\"unit other\"></i>by control flow; numbers are slots, "
          "details on "
          "hovering</p>\n";
  }
};

} // namespace

void drawMemory(raw_ostream &os, const Plan &plan,
                const PlanFunction &function) {
  if (function.dispatches.empty() || function.arenaBytes <= 0)
    return;
  Picture{os, plan, function, function.dispatches.size()}.draw();
}

} // namespace lcompile
