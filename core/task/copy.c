/* SPDX-License-Identifier: MIT */
#include "task/copy.h"

#include <string.h>

/* Behind a plan: the pointers of its arrays first, its texts behind them. */
typedef struct room {
    const char **pointers;
    char *texts;
} room;

static size_t
length_of(const char *text)
{
    return text == NULL ? 0 : strlen(text) + 1;
}

/* Counts what an array needs. */
static void
measure(const char *const *texts, size_t *n_pointers, size_t *n_bytes)
{
    for (; texts != NULL && *texts != NULL; texts++) {
        *n_pointers += 1;
        *n_bytes += length_of(*texts);
    }
    *n_pointers += 1;
}

static const char *
keep(room *self, const char *text)
{
    char *kept = self->texts;

    if (text == NULL) {
        return NULL;
    }
    self->texts = stpcpy(kept, text) + 1;
    return kept;
}

static const char *const *
keep_array(room *self, const char *const *texts)
{
    const char **kept = self->pointers;

    if (texts == NULL) {
        return NULL;
    }
    for (; *texts != NULL; texts++) {
        *self->pointers++ = keep(self, *texts);
    }
    *self->pointers++ = NULL;
    return kept;
}

static const execz_pair *
keep_options(room *self, const execz_pair *options, size_t n)
{
    execz_pair *kept = (execz_pair *)(void *)self->pointers;

    for (size_t i = 0; i < n; i++) {
        kept[i].key = keep(self, options[i].key);
        kept[i].value = keep(self, options[i].value);
    }
    self->pointers += 2 * n;
    return n == 0 ? NULL : kept;
}

static ez_plan *
copy_plan(const execz_task *from)
{
    size_t n_pointers = 2 * from->n_options;
    size_t n_bytes = length_of(from->module_path) + length_of(from->function) +
                     length_of(from->cwd) + length_of(from->content_type);
    ez_plan *self;
    room behind;

    measure(from->argv, &n_pointers, &n_bytes);
    measure(from->env, &n_pointers, &n_bytes);
    for (size_t i = 0; i < from->n_options; i++) {
        n_bytes += length_of(from->options[i].key) + length_of(from->options[i].value);
    }
    self = g_malloc(sizeof *self + n_pointers * sizeof(char *) + n_bytes);
    behind = (room){(const char **)(self + 1), (char *)((const char **)(self + 1) + n_pointers)};
    *self = (ez_plan){.abi = *from, .executor = ""};
    atomic_init(&self->interned.references, 1);
    self->abi.id = self->abi.name = NULL;
    self->abi.args = NULL;
    self->abi.args_length = 0;
    self->abi.argv = keep_array(&behind, from->argv);
    self->abi.env = keep_array(&behind, from->env);
    self->abi.options = keep_options(&behind, from->options, from->n_options);
    self->abi.module_path = keep(&behind, from->module_path);
    self->abi.function = keep(&behind, from->function);
    self->abi.cwd = keep(&behind, from->cwd);
    self->abi.content_type = keep(&behind, from->content_type);
    return self;
}

/* The view is made here and not by the first run, which would take the arguments for a text. */
static void
make_view(ez_task *self, const execz_task *from, const char *args)
{
    self->view = g_new0(ez_task_view, 1);
    self->view->task = self;
    self->view->plan = ez_plan_ref(self->plan);
    self->view->abi = self->plan->abi;
    self->view->abi.size = sizeof self->view->abi;
    self->view->abi.id = self->id;
    self->view->abi.name = ez_task_name(self);
    self->view->abi.args = args;
    self->view->abi.args_length = args == NULL ? 0 : from->args_length;
}

ez_task *
ez_task_copy(const execz_task *from)
{
    size_t length = length_of(from->id) + length_of(from->name) + from->args_length + 1;
    ez_task *self = g_malloc(sizeof *self + length);
    char *args;

    *self = (ez_task){.references = 2, .has_name = true}; /* the view has one of them */
    args = stpcpy(stpcpy(self->id, from->id) + 1, from->name) + 1;
    if (from->args != NULL) {
        self->has_args = true;
        memcpy(args, from->args, from->args_length);
        args[from->args_length] = '\0';
    }
    self->plan = copy_plan(from);
    make_view(self, from, from->args == NULL ? NULL : args);
    return self;
}
