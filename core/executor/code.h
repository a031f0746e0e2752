/* SPDX-License-Identifier: MIT */
/* The code of an executor: the module of its plugin, or the bytes of which another process makes
 * one. */
#ifndef EZ_EXECUTOR_CODE_H
#define EZ_EXECUTOR_CODE_H

#include "executor/isolator.h"
#include "plugin/module.h"

typedef struct ez_code {
    const ez_module *module; /* NULL: not loaded, or in another process */
    ez_image *image;         /* owned; NULL: not in another process */
    const execz_executor_ops *ops;
    uint32_t caps; /* EXECZ_CAP_* */
} ez_code;

/* Takes the code from the file as it is now, if the lock (which may be NULL) allows it. */
execz_status ez_code_load(ez_code *self, const char *path, const char *part, const ez_lock *lock,
                          execz_error *err);

/* Takes it from a module. */
execz_status ez_code_take(ez_code *self, const ez_module *module, const char *part,
                          execz_error *err);

/* Verifies the file as it is now in the same way, for isolator to run; none of it is run here. */
execz_status ez_code_load_isolated(ez_code *self, const char *path, const char *part,
                                   const ez_lock *lock, const ez_isolator *isolator,
                                   execz_error *err);

/* Starts an executor of it.  On failure err names the plugin, its file and its reason.  [loop] */
execz_status ez_code_start(const ez_code *self, const ez_isolated *what,
                           execz_executor **executor_out, execz_error *err);

/* The sha256 of the bytes; NULL: nothing is loaded. */
const char *ez_code_sum(const ez_code *self);

void ez_code_clear(ez_code *self);

#endif
