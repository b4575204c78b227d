// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// lcompile._runtime: what the runtime does, for Python.
#include "python/src/Mailbox.h"
#include "python/src/Model.h"
#include "python/src/Trainer.h"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

using namespace lcompile::python;

static void bindModel(nb::module_ &m) {
  nb::class_<Model>(m, "Model")
      .def(nb::init<const std::string &, int, bool,
                    const std::optional<std::string> &, nb::dict>(),
           nb::arg("path"), nb::arg("threads"), nb::arg("verify"),
           nb::arg("weights").none(), nb::arg("given"))
      .def("run", &Model::run)
      .def("info", &Model::info)
      .def("inputs", [](const Model &m) { return m.specs(false); })
      .def("outputs", [](const Model &m) { return m.specs(true); })
      .def("symbols", &Model::symbols)
      .def("dispatches", &Model::dispatches)
      .def("training", [](const Model &m) { return describeTraining(m); });
}

static void bindTrainer(nb::module_ &m) {
  nb::class_<Trainer>(m, "Trainer")
      .def(nb::init<Model &, Channel *>(), nb::arg("model"),
           nb::arg("channel").none(), nb::keep_alive<1, 2>(),
           nb::keep_alive<1, 3>())
      .def("step", &Trainer::step)
      .def("inputs", &Trainer::inputs)
      .def("state", &Trainer::state, nb::arg("index"), nb::arg("as_torch"))
      .def("bind", &Trainer::bind, nb::arg("index"), nb::arg("array"))
      .def("save", &Trainer::save)
      .def("load", &Trainer::load)
      .def("info", &Trainer::info);
}

static void bindChannel(nb::module_ &m) {
  nb::class_<Channel>(m, "Channel", nb::is_weak_referenceable())
      .def_static("open", &Channel::open, nb::arg("engine").none(),
                  nb::arg("rank"), nb::arg("world"), nb::arg("address").none(),
                  nb::arg("timeout"))
      .def_static("loopback", &Channel::loopback, nb::arg("world"),
                  nb::arg("timeout"))
      .def_prop_ro("engine", &Channel::engine)
      .def_prop_ro("rank", &Channel::rank)
      .def_prop_ro("world", &Channel::world)
      .def("exchange", &Channel::exchange)
      .def("agree", &Channel::agree, nb::arg("digest"), nb::arg("what"))
      .def("broadcast", &Channel::broadcast, nb::arg("array"), nb::arg("name"))
      .def("gather", &Channel::gather, nb::arg("part"), nb::arg("whole"),
           nb::arg("name"))
      .def("stats", &Channel::stats)
      .def("close", &Channel::close);
  nb::class_<Mailbox>(m, "Mailbox")
      .def(nb::init<std::string, uint32_t, uint32_t>(), nb::arg("name"),
           nb::arg("rank"), nb::arg("world"))
      .def("take", &Mailbox::take)
      .def("deliver", &Mailbox::deliver)
      .def("end", &Mailbox::end)
      .def("leave", &Mailbox::leave)
      .def("open", &Mailbox::open, nb::arg("timeout"));
}

NB_MODULE(_runtime, m) {
  m.doc() = "Artefacts, training steps and channels: lcompile-c/Runtime.h, "
            "Training.h, Comm.h.";
  bindModel(m);
  bindChannel(m);
  bindTrainer(m);
  m.def("isa", &lc_runtime_isa);
}
