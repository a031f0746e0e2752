/* SPDX-License-Identifier: MIT */
/* What stands in for the plugin of an executor that is isolated: it runs the plugin in another
 * process, and looks to the executor as if it were the plugin. */
#ifndef EZ_EXECUTOR_ISOLATOR_H
#define EZ_EXECUTOR_ISOLATOR_H

#include "executor/executor.h"
#include "executor/isolation.h"

/* What is to be isolated; all borrowed, and there until destroy() of the executor it is for. */
typedef struct ez_isolated {
    const ez_executor_services *services;
    const execz_host *host;
    const char *alias;
    const char *part;      /* the plugin's own alias for it */
    const ez_image *image; /* its code, verified */
    const ez_options *options;
    ez_isolation isolation;
} ez_isolated;

typedef struct ez_isolator {
    /* As execz_executor_ops.start; but that it is started comes later: it is busy until it is ready,
     * or broken.  [loop] */
    execz_status (*start)(const ez_isolated *what, execz_executor **executor_out, execz_error *err);
    const execz_executor_ops *ops; /* all but start; destroy() may be called with runs unfinished */
    /* Whether it has ever been able to take a task.  [loop] */
    bool (*ready)(const execz_executor *self);
    /* Why it is not started any more though nobody has ended it; NULL: it is.  The text is valid as
     * long as the executor.  [any-thread] */
    const char *(*broken)(const execz_executor *self);
} ez_isolator;

#endif
