/* SPDX-License-Identifier: MIT */
/* The text of one field of a schedule: what it names. */
#ifndef EZ_TRIGGER_EXPRESSION_H
#define EZ_TRIGGER_EXPRESSION_H

#include "trigger/field.h"

#include <stddef.h>

#include <execz/types.h>

/* Reads text, the whole of a field, and adds what it names to values.  On failure *offset_out is
 * where in text the mistake is. */
execz_status ez_expression_read(ez_field field, ez_dialect dialect, const char *text,
                                ez_values *values, size_t *offset_out, execz_error *err);

#endif
