/* SPDX-License-Identifier: MIT */
/* Why a schedule has no day at all. */
#ifndef EZ_TRIGGER_NEVER_H
#define EZ_TRIGGER_NEVER_H

#include "trigger/fields.h"

/* Describes which fields of self, whose texts are right, exclude each other; returns EXECZ_E_PARSE.
 * The mistake is told in the last of them. */
execz_status ez_never_explain(const ez_fields *self, ez_fields_mistake *mistake_out,
                              execz_error *err);

#endif
