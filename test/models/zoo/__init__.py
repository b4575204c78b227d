# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The project's models: random weights, fixed seed, no downloads; see `build`."""

from . import basic, model, text, vision

RECIPES = {**basic.RECIPES, **vision.RECIPES, **text.RECIPES}
NAMES = list(RECIPES)


def build(name, for_export=False, **sizes):
    """Returns (module in eval mode, example args, {input: {dim: (symbol, min, max)}}).

    `sizes` overrides symbols of the example, e.g. build("resnet50", b=4). `for_export` picks the variant for
    torch.export where a model has two (the one with control flow).
    """
    return model.build(RECIPES[name], for_export, **sizes)
