// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// --report: the page and its tables. The picture of the memory is in
// MemoryPicture.cpp.
#include "lib/Compiler/HtmlReport.h"

#include "lib/Compiler/MemoryPicture.h"
#include "lib/Compiler/ReportStyle.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

using namespace llvm;

namespace lcompile {

std::string bytesText(uint64_t bytes) {
  static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
  if (bytes < 1024)
    return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
  double value = double(bytes) / 1024;
  unsigned unit = 0;
  while (value >= 1023.95 && unit + 1 < std::size(units)) {
    value /= 1024;
    ++unit;
  }
  std::string text;
  raw_string_ostream(text) << format(value < 10 ? "%.1f %s" : "%.0f %s", value,
                                     units[unit]);
  return text;
}

static std::string timeText(double microseconds) {
  std::string text;
  raw_string_ostream os(text);
  if (microseconds < 1000)
    os << format("%.1f µs", microseconds);
  else if (microseconds < 1e6)
    os << format("%.2f ms", microseconds / 1e3);
  else
    os << format("%.2f s", microseconds / 1e6);
  return text;
}

/// "a.py:1 layer.0 aten.add; ..." -> "a.py:1 aten.add; ...", so that equal
/// layers count as the one line that they are.
static std::string withoutModules(StringRef source) {
  SmallVector<StringRef> parts;
  source.split(parts, "; ");
  std::vector<std::string> lines;
  for (StringRef part : parts) {
    std::string line = part.split(' ').first.str();
    if (part.contains(' '))
      line += " " + part.rsplit(' ').second.str();
    if (!is_contained(lines, line))
      lines.push_back(line);
  }
  return join(lines, "; ");
}

namespace {

/// Writes elements; text is escaped.
class Page {
public:
  explicit Page(const ReportData &data) : data(data), os(html) {}

  std::string build() {
    os << "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width\">\n<title>";
    text(data.plan.model + " — lcompile report");
    os << "</title>\n<style>" << reportStyle << "</style></head><body><main>\n";
    head();
    for (const PlanFunction &f : data.plan.functions) {
      if (data.plan.functions.size() > 1) {
        os << "<h2 class=\"function\">Function ";
        text(f.name);
        os << "</h2>\n";
      }
      interface(f);
      times(f);
      memory(f);
      kernels(f);
    }
    sizes();
    operations();
    phases();
    os << "</main>\n<script>" << reportScript << "</script></body></html>\n";
    return std::move(html);
  }

private:
  void text(StringRef t) { printHTMLEscaped(t, os); }
  void cell(StringRef t, StringRef kind = "") {
    os << "<td";
    if (!kind.empty())
      os << " class=\"" << kind << "\"";
    os << ">";
    text(t);
    os << "</td>";
  }
  /// A number with what it sorts by.
  void number(double key, StringRef t) {
    os << "<td class=\"number\" data-key=\"" << format("%.9g", key) << "\">";
    text(t);
    os << "</td>";
  }
  void bar(double share) {
    os << format(
        "<td class=\"bar\" data-key=\"%.6f\"><i style=\"width:%.2f%%\"></i>"
        "<span>%.1f %%</span></td>",
        share, 100 * share, 100 * share);
  }
  void title(StringRef name, StringRef hint = "") {
    os << "<h2>";
    text(name);
    os << "</h2>\n";
    if (!hint.empty()) {
      os << "<p class=\"hint\">";
      text(hint);
      os << "</p>\n";
    }
  }
  /// A heading that starts with '#' is one of a column of numbers.
  void openTable(std::initializer_list<StringRef> headings) {
    os << "<div class=\"scroll\"><table><thead><tr>";
    for (StringRef heading : headings) {
      bool isNumber = heading.consume_front("#");
      os << (isNumber ? "<th class=\"number\">" : "<th>");
      text(heading);
      os << "</th>";
    }
    os << "</tr></thead><tbody>\n";
  }
  void closeTable() { os << "</tbody></table></div>\n"; }
  void card(StringRef label, StringRef value, StringRef more) {
    os << "<div class=\"card\"><span>";
    text(label);
    os << "</span><b>";
    text(value);
    os << "</b><small>";
    text(more);
    os << "</small></div>\n";
  }

  void head() {
    os << "<header><h1>";
    text(data.plan.model);
    os << "</h1><p class=\"hint\">";
    text(data.compiler + ", target " + data.target);
    os << "</p></header>\n<section class=\"cards\">\n";
    uint64_t weights = 0, code = 0;
    for (const PlanWeight &w : data.plan.weights)
      weights += w.bytes;
    for (const auto &entry : data.code)
      code += entry.second;
    size_t dispatches = 0, library = 0;
    for (const PlanFunction &f : data.plan.functions) {
      dispatches += f.dispatches.size();
      library += count_if(f.dispatches, [](const PlanDispatch &d) {
        return d.unit == "cpu-library";
      });
    }
    unsigned all = 0;
    for (const auto &entry : data.operations)
      all += entry.second;
    if (all)
      card("Operations", std::to_string(all),
           std::to_string(data.operations.size()) + " kinds");
    card("Kernel calls", std::to_string(dispatches),
         std::to_string(library) + " library, " +
             std::to_string(dispatches - library) + " generated");
    card("Weights", bytesText(weights),
         std::to_string(data.plan.weights.size()) + " tensors");
    for (const PlanFunction &f : data.plan.functions)
      card(f.symbols.empty() ? "Arena" : "Arena, at most",
           bytesText(f.arenaBytes), bytesText(f.liveBytes) + " live at once");
    if (code)
      card("Machine code", bytesText(code),
           std::to_string(data.code.size() - data.code.count("")) +
               " generated kernels");
    double total = 0;
    for (const auto &entry : data.profile)
      for (const DispatchTime &time : entry.second)
        total += time.microseconds;
    if (total > 0)
      card("Time of kernels", timeText(total), "of the profiled run");
    os << "</section>\n";
  }

  void interface(const PlanFunction &f) {
    title("Inputs and outputs");
    openTable({"", "name", "type"});
    auto row = [&](StringRef kind, StringRef name, StringRef type) {
      os << "<tr>";
      cell(kind, "quiet");
      cell(name);
      cell(type, "code");
      os << "</tr>\n";
    };
    for (const PlanTensor &t : f.inputs)
      row("input", t.name, t.type);
    for (const PlanTensor &t : f.outputs)
      row("output", t.name, t.type);
    for (const PlanSymbol &s : f.symbols)
      row("size", s.name, rangeText(s));
    closeTable();
  }

  /// What the profile says of dispatch `i`.
  DispatchTime timeOf(const PlanFunction &f, size_t i) const {
    auto it = data.profile.find(f.name);
    return it == data.profile.end() ? DispatchTime() : it->second[i];
  }

  void times(const PlanFunction &f) {
    std::map<std::string, std::pair<double, unsigned>> bySource;
    double total = 0;
    for (auto [i, d] : enumerate(f.dispatches)) {
      DispatchTime time = timeOf(f, i);
      total += time.microseconds;
      auto &entry =
          bySource[d.source.empty() ? "(no source)" : withoutModules(d.source)];
      entry.first += time.microseconds;
      entry.second += time.calls;
    }
    if (total <= 0)
      return;
    title("Time by line of the model",
          "of the profiled run; a fused kernel is "
          "counted under all of its lines together, equal "
          "layers in one row");
    std::vector<std::pair<std::string, std::pair<double, unsigned>>> rows(
        bySource.begin(), bySource.end());
    sort(rows, [](auto &a, auto &b) {
      return std::pair(-a.second.first, a.first) <
             std::pair(-b.second.first, b.first);
    });
    openTable({"lines", "#calls", "#time", "share"});
    for (const auto &[source, entry] : ArrayRef(rows).take_front(25)) {
      os << "<tr>";
      sourceCell(source);
      number(entry.second, std::to_string(entry.second));
      number(entry.first, timeText(entry.first));
      bar(entry.first / total);
      os << "</tr>\n";
    }
    closeTable();
    if (rows.size() > 25)
      os << "<p class=\"hint\">and " << rows.size() - 25 << " more</p>\n";
  }

  void memory(const PlanFunction &f) {
    std::string hint = "arena of " + f.arenaFormula + " bytes";
    if (!f.symbols.empty())
      hint += "; drawn at the upper bounds of the sizes, " +
              bytesText(f.arenaBytes);
    title("Memory over time",
          f.slots.empty() ? "nothing lives between kernels: no arena" : hint);
    if (!f.slots.empty())
      drawMemory(os, data.plan, f);
  }

  /// "a.py:1 x aten.add; b.py:2 y": one line each.
  void sourceCell(StringRef source) {
    os << "<td class=\"source\">";
    SmallVector<StringRef> parts;
    source.split(parts, "; ");
    for (auto [i, part] : enumerate(parts)) {
      if (i)
        os << "<br>";
      auto [place, rest] = part.split(' ');
      os << "<b>";
      text(place);
      os << "</b> ";
      text(rest);
    }
    os << "</td>";
  }

  void kernels(const PlanFunction &f) {
    bool timed = false;
    double total = 0;
    for (size_t i = 0; i < f.dispatches.size(); ++i)
      total += timeOf(f, i).microseconds;
    timed = total > 0;
    title("Kernels", "in the order that they run; click on a heading to sort");
    if (timed)
      openTable({"#", "kernel", "operations", "lines of the model", "writes",
                 "#code", "#calls", "#time", "share"});
    else
      openTable({"#", "kernel", "operations", "lines of the model", "writes",
                 "#code"});
    for (auto [i, d] : enumerate(f.dispatches)) {
      os << "<tr>";
      number(i, std::to_string(i));
      os << "<td class=\"code\"><i class=\"unit "
         << (d.unit == "cpu-library" ? "library" : "generated") << "\"></i>";
      text(d.kernel);
      os << "<br><small>" << (d.unit == "cpu-library" ? "library" : "generated")
         << "</small></td>";
      cell(join(data.plan.kernels.at(d.kernel), ", "), "ops");
      sourceCell(d.source);
      std::vector<std::string> writes;
      for (const std::string &place : d.writes)
        writes.push_back(placeName(data.plan, f, place));
      cell(join(writes, ", "), "quiet");
      auto code = data.code.find(d.kernel);
      number(code == data.code.end() ? 0 : double(code->second),
             code == data.code.end() ? "" : bytesText(code->second));
      if (timed) {
        DispatchTime time = timeOf(f, i);
        number(time.calls, std::to_string(time.calls));
        number(time.microseconds,
               time.calls ? timeText(time.microseconds) : "");
        bar(time.microseconds / total);
      }
      os << "</tr>\n";
    }
    closeTable();
  }

  void sizes() {
    if (data.plan.weights.empty())
      return;
    title("Weights", "largest first");
    std::vector<PlanWeight> weights = data.plan.weights;
    sort(weights, [](auto &a, auto &b) {
      return std::tie(b.bytes, a.key) < std::tie(a.bytes, b.key);
    });
    uint64_t total = 0;
    for (const PlanWeight &w : weights)
      total += w.bytes;
    constexpr size_t shown = 20;
    auto rows = [&](ArrayRef<PlanWeight> part) {
      openTable({"name", "type", "#size", "share"});
      for (const PlanWeight &w : part) {
        os << "<tr>";
        cell(w.key, "code");
        cell(w.type, "code");
        number(double(w.bytes), bytesText(w.bytes));
        bar(total ? double(w.bytes) / double(total) : 0);
        os << "</tr>\n";
      }
      closeTable();
    };
    rows(ArrayRef(weights).take_front(shown));
    if (weights.size() <= shown)
      return;
    os << "<details><summary>" << weights.size() - shown << " more</summary>\n";
    rows(ArrayRef(weights).drop_front(shown));
    os << "</details>\n";
  }

  void operations() {
    if (data.operations.empty())
      return;
    title("Operations", "of the model, before fusion");
    std::vector<std::pair<std::string, unsigned>> rows(data.operations.begin(),
                                                       data.operations.end());
    sort(rows, [](auto &a, auto &b) {
      return std::tie(b.second, a.first) < std::tie(a.second, b.first);
    });
    os << "<p class=\"tags\">";
    for (const auto &[name, count] : rows) {
      os << "<span>";
      text(name);
      os << " <b>" << count << "</b></span> ";
    }
    os << "</p>\n";
  }

  void phases() {
    title("Compilation");
    double total = 0;
    for (const PhaseReport &phase : data.phases)
      total += phase.cpuSeconds;
    openTable(
        {"phase", "#operations", "#peak memory", "#processor time", "share"});
    for (const PhaseReport &phase : data.phases) {
      os << "<tr>";
      cell(phase.name);
      number(double(phase.operations), std::to_string(phase.operations));
      number(phase.peakMiB, bytesText(uint64_t(phase.peakMiB * 1048576)));
      number(phase.cpuSeconds, timeText(phase.cpuSeconds * 1e6));
      bar(total > 0 ? phase.cpuSeconds / total : 0);
      os << "</tr>\n";
    }
    closeTable();
  }

  const ReportData &data;
  std::string html;
  raw_string_ostream os;
};

} // namespace

std::string htmlReport(const ReportData &data) { return Page(data).build(); }

} // namespace lcompile
