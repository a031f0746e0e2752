/* SPDX-License-Identifier: MIT */
/* The trigger `or`, which fires whenever one of the triggers within it does. */
#ifndef EZ_TRIGGER_OR_H
#define EZ_TRIGGER_OR_H

#include "trigger/kind.h"

extern const ez_trigger_kind ez_or_kind;

#endif
