/* SPDX-License-Identifier: MIT */
/* The trigger `and`, which fires whenever all triggers within it fire together. */
#ifndef EZ_TRIGGER_AND_H
#define EZ_TRIGGER_AND_H

#include "trigger/kind.h"

extern const ez_trigger_kind ez_and_kind;

#endif
