/* SPDX-License-Identifier: MIT */
/* Plugin code in this process. */
#ifndef EZ_PLUGIN_MODULE_H
#define EZ_PLUGIN_MODULE_H

#include "base/log.h"
#include "plugin/component.h"

/* Loaded code; lives as long as the process, since code that a plugin may have left pointers to can
 * never be unmapped safely. */
typedef struct ez_module ez_module;

/* States of one file that may be loaded: each keeps its memory and a descriptor for ever. */
#define EZ_MODULE_GENERATIONS_MAX 256u

/* Loads the file that a catalog found, once for each state of a file: a second call gives the same
 * module (or the same refusal).  NULL with EXECZ_E_PLUGIN.  Runs the plugin's constructors and its
 * entry function.  [any-thread], never from plugin code */
const ez_module *ez_module_load(const ez_plugin_file *file, execz_error *err);

/* The same with the bytes of fd, which somebody else has verified; path is for people. */
const ez_module *ez_module_load_image(const char *path, int fd, execz_error *err);

/* The component with this alias, NULL with EXECZ_E_PLUGIN if this execz cannot use it.  Valid as
 * long as the module, like everything below. */
const ez_component *ez_module_component(const ez_module *self, const char *alias, execz_error *err);

/* The file as the loaded bytes describe it. */
const ez_plugin_file *ez_module_file(const ez_module *self);

/* What it did to the process while loading, each in a sentence that begins with a verb;
 * NULL-terminated. */
const char *const *ez_module_warnings(const ez_module *self);

/* Logs for the executor of that alias which bytes were loaded, and each of the warnings. */
void ez_module_log(const ez_module *self, const ez_log *log, const char *alias);

/* Completes err after the plugin's own start() failed with status: says who, and gives a reason if
 * the plugin gave none.  Returns EXECZ_E_PLUGIN with code P501. */
execz_status ez_module_start_failed(const ez_module *self, const char *alias, execz_status status,
                                    execz_error *err);

#endif
