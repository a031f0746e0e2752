/* SPDX-License-Identifier: MIT */
/* Function modules: finds "module:name" and loads the module it is in, once and for ever.
 *
 * Codes: F101 unknown module, F102 unknown function, F103 the file is no function module, F104 it
 * is for another ABI, F105 the text names no function; P2xx and P3xx as for plugins: the file is
 * not to be trusted, or cannot be linked. */
#ifndef EZ_FUNCTION_MODULES_H
#define EZ_FUNCTION_MODULES_H

#include <glib.h>

#include <execz/function.h>

/* The longest name of a module, in bytes. */
#define EZ_MODULE_NAME_MAX 200

typedef struct ez_modules ez_modules;

/* Looks in function_path (absolute, NULL-terminated; or NULL), then in functions-1 beside this
 * library, then in EXECZ_FUNCTION_PATH (not for root).  Directories need not exist (yet). */
ez_modules *ez_modules_new(const char *const *function_path);
void ez_modules_free(ez_modules *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ez_modules, ez_modules_free)

/* Adds functions of the program itself as the module name, which then needs no file; n of them,
 * valid for ever.  EXECZ_E_EXISTS if there is one of that name, EXECZ_E_INVAL for a wrong name or
 * function.  [any-thread] */
execz_status ez_modules_register(ez_modules *self, const char *name,
                                 const execz_function *const *functions, size_t n,
                                 execz_error *err);

/* The function that text, "module:name", stands for, valid for ever; NULL if there is none.  A
 * module is loaded on first use; a failure is remembered until the file changes.
 * [any-thread] */
const execz_function *ez_modules_resolve(ez_modules *self, const char *text, execz_error *err);

/* The same, from the module in the file path, wherever that is. */
const execz_function *ez_modules_resolve_in(ez_modules *self, const char *path, const char *text,
                                            execz_error *err);

/* Loads the module that name, "module" or "module:name", is about, unless it is; in the second case
 * it must have that function.  EXECZ_OK, or what err says.  [any-thread] */
execz_status ez_modules_preload(ez_modules *self, const char *name, execz_error *err);

/* The file of the module that text, "module:name", names; NULL if it is registered or not loaded.
 * Valid as long as self.  [any-thread] */
const char *ez_modules_path(ez_modules *self, const char *text);

#endif
