/* SPDX-License-Identifier: MIT */
/* One function module, checked; loaded from its file, or made of functions the program has. */
#ifndef EZ_FUNCTION_MODULE_H
#define EZ_FUNCTION_MODULE_H

#include <glib.h>

#include <execz/function.h>

#include "plugin/verify.h"

/* Immutable, so that any thread may read it. */
typedef struct ez_function_module ez_function_module;

/* Loads what image holds, whose module has to be called name, and takes image's descriptor.  The
 * code stays for ever, also after ez_function_module_free(). */
ez_function_module *ez_function_module_load(ez_image *image, const char *name, execz_error *err);

/* Functions of the program, n of them, valid for ever. */
ez_function_module *ez_function_module_new(const char *name, const execz_function *const *functions,
                                           size_t n, execz_error *err);

void ez_function_module_free(ez_function_module *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ez_function_module, ez_function_module_free)

const char *ez_function_module_name(const ez_function_module *self);
const char *ez_function_module_path(const ez_function_module *self); /* NULL: the program's own */

/* NULL with F102, the nearest name and all names in err if there is none. */
const execz_function *ez_function_module_find(const ez_function_module *self, const char *function,
                                              execz_error *err);

#endif
