/* SPDX-License-Identifier: MIT */
/*
 * One module for each (device, inode, time, size), kept in a list of the process.  It is the
 * process that is the scope, not a scheduler: the system's loader knows only one set of objects,
 * and two schedulers that load one file must meet the same code.
 *
 * What is loaded is the sealed copy that was described a moment before, under the name
 * /proc/self/fd/N.  N stays open for ever: the loader recognises an object by its name and would
 * hand out this plugin's code for the next file that happens to get the same N.  The list keeps
 * modules that turned out unusable after their code was mapped, for the same reason.
 *
 * The lock is held while foreign code runs (constructors, the entry function).  That is safe, as
 * no plugin has been given a way to call us yet, and needed, as the guard looks at the whole
 * process.
 */
#include "plugin/module.h"

#include "base/error.h"
#include "plugin/codes.h"
#include "plugin/guard.h"
#include "plugin/link.h"
#include "plugin/objects.h"

#include <pthread.h>
#include <string.h>

struct ez_module {
    ez_image *image;          /* owned; only the descriptor, the bytes are freed */
    ez_plugin_file *file;     /* owned */
    void *object;             /* from dlopen() */
    ez_component *components; /* owned, one for each part of file */
    execz_executor_ops plain; /* the plain form's functions as a table */
    GPtrArray *warnings;      /* char *, owned, NULL-terminated */
    execz_error refusal;      /* why it cannot be used although it is loaded */
};

static pthread_mutex_t load_lock = PTHREAD_MUTEX_INITIALIZER;
static GPtrArray *modules; /* guarded by load_lock; ez_module, never freed */

/* dlsym() gives an object pointer; ISO C has no conversion to a function pointer, POSIX promises
 * that the bytes are the same. */
#define TAKE_FUNCTION(out, symbol)                                                                 \
    do {                                                                                           \
        void *symbol_ = (symbol);                                                                  \
        memcpy(&(out), &symbol_, sizeof(out));                                                     \
    } while (0)

static void
destroy_nothing(execz_executor *self)
{
    (void)self;
}

static execz_status
no_function(const ez_module *self, const char *name, execz_error *err)
{
    return ez_plugin_fail(err, EZ_P_NO_ENTRY,
                          "%s: it does not define %s() itself; define it and export it with "
                          "EXECZ_EXPORT",
                          self->file->path, name);
}

static execz_status
read_plain(ez_module *self, execz_error *err)
{
    uint32_t (*abi)(void) = NULL;
    uint32_t version;
    execz_status status;

    TAKE_FUNCTION(abi, ez_link_find(self->object, "execz_abi"));
    if (abi == NULL) {
        return no_function(self, "execz_abi", err);
    }
    version = abi();
    status = ez_plugin_check_abi(version, EXECZ_ABI_MAKE(EXECZ_ABI_MAJOR(version), 0), err);
    if (status != EXECZ_OK) {
        ez_error_prefix(err, "%s: ", self->file->path);
        return status;
    }
    self->file->abi = version;
    self->plain.size = sizeof self->plain;
    TAKE_FUNCTION(self->plain.start, ez_link_find(self->object, "execz_executor_start"));
    TAKE_FUNCTION(self->plain.shutdown, ez_link_find(self->object, "execz_executor_shutdown"));
    TAKE_FUNCTION(self->plain.send_task, ez_link_find(self->object, "execz_executor_send_task"));
    TAKE_FUNCTION(self->plain.destroy, ez_link_find(self->object, "execz_executor_destroy"));
    if (self->plain.destroy == NULL) {
        self->plain.destroy = destroy_nothing;
    }
    self->components[0].part = &self->file->parts[0];
    return ez_component_take_ops(&self->components[0], self->file, &self->plain, err);
}

static execz_status
read_descriptor(ez_module *self, execz_error *err)
{
    const execz_plugin *(*entry)(uint32_t) = NULL;
    const execz_plugin *descriptor;

    TAKE_FUNCTION(entry, ez_link_find(self->object, "execz_plugin_entry"));
    if (entry == NULL) {
        return no_function(self, "execz_plugin_entry", err);
    }
    descriptor = entry(EXECZ_ABI);
    if (descriptor == NULL) {
        return ez_plugin_fail(err, EZ_P_DECLINED,
                              "%s: it was built for plugin ABI %u.%u and declines to work with "
                              "%s, which this execz speaks: its author knows why",
                              self->file->path, EXECZ_ABI_MAJOR(self->file->abi),
                              EXECZ_ABI_MINOR(self->file->abi), EXECZ_ABI_TEXT);
    }
    return ez_components_read(descriptor, self->file, self->components, err);
}

static void
free_unmapped(ez_module *self)
{
    ez_image_free(self->image);
    ez_plugin_file_free(self->file);
    g_clear_pointer(&self->warnings, g_ptr_array_unref);
    g_free(self->components);
    g_free(self);
}

/* Takes the image, described and ready to be mapped. */
static ez_module *
prepare(ez_image *image, execz_error *err)
{
    ez_module *self = g_new0(ez_module, 1);

    self->refusal = (execz_error)EXECZ_ERROR_INIT;
    self->image = image;
    self->file = ez_plugin_file_new_from_image(image);
    self->warnings = g_ptr_array_new_with_free_func(g_free);
    if (self->file->refusal.status != EXECZ_OK) {
        ez_fail_code(err, self->file->refusal.status, self->file->refusal.code, "%s",
                     self->file->refusal.message);
        free_unmapped(self);
        return NULL;
    }
    self->components = g_new0(ez_component, self->file->n_parts);
    if (!image->sealed) {
        ez_image_seal(image);
    }
    g_clear_pointer(&image->bytes, g_free);
    return self;
}

/* Maps and asks; whatever the plugin answers, once mapped the module stays. */
static ez_module *
load_locked(ez_image *image, execz_error *err)
{
    ez_module *self = prepare(image, err);
    g_autoptr(ez_objects) objects = NULL;
    ez_guard *guard;

    if (self == NULL) {
        return NULL;
    }
    objects = ez_objects_new();
    guard = ez_guard_new();
    self->object = ez_link_open(self->image, err);
    if (self->object != NULL) {
        (self->file->plain ? read_plain : read_descriptor)(self, &self->refusal);
    }
    ez_guard_restore(guard, self->warnings);
    ez_objects_report_copies(objects, self->warnings);
    if (self->object == NULL) {
        free_unmapped(self);
        return NULL;
    }
    if (!self->image->sealed) {
        g_ptr_array_add(self->warnings,
                        g_strdup("is mapped from its file, since the system refuses a sealed copy; "
                                 "never overwrite that file while execz runs"));
    }
    g_ptr_array_add(self->warnings, NULL);
    return self;
}

/* The file as it is now, which is to be as it was found. */
static ez_image *
open_image(const ez_plugin_file *file, execz_error *err)
{
    ez_image *image = ez_image_open(file->path, err);

    if (image != NULL && !ez_file_key_equal(&image->key, &file->key)) {
        ez_plugin_fail(err, EZ_P_CHANGED,
                       "%s: the file changed after it was found; try again when it is complete",
                       file->path);
        g_clear_pointer(&image, ez_image_free);
    }
    return image;
}

static ez_module *
find_locked(const ez_file_key *key)
{
    for (guint i = 0; i < modules->len; i++) {
        ez_module *module = modules->pdata[i];

        if (ez_file_key_equal(&module->image->key, key)) {
            return module;
        }
    }
    return NULL;
}

/* How many states of this file are loaded already. */
static guint
count_locked(const char *path)
{
    guint n = 0;

    for (guint i = 0; i < modules->len; i++) {
        n += strcmp(((const ez_module *)modules->pdata[i])->file->path, path) == 0;
    }
    return n;
}

/* A module that may have turned out unusable; NULL: its code was never mapped. */
static const ez_module *
judge(const ez_module *self, execz_error *err)
{
    if (self != NULL && self->refusal.status != EXECZ_OK) {
        ez_fail_code(err, self->refusal.status, self->refusal.code, "%s", self->refusal.message);
        return NULL;
    }
    return self;
}

/* Takes image (NULL: there is none). */
static ez_module *
add_locked(ez_image *image, execz_error *err)
{
    ez_module *self = image == NULL ? NULL : load_locked(image, err);

    if (self != NULL) {
        g_ptr_array_add(modules, self);
    }
    return self;
}

static void
lock_modules(void)
{
    pthread_mutex_lock(&load_lock);
    if (modules == NULL) {
        modules = g_ptr_array_new();
    }
}

const ez_module *
ez_module_load(const ez_plugin_file *file, execz_error *err)
{
    ez_module *self;

    lock_modules();
    self = find_locked(&file->key);
    if (self == NULL && count_locked(file->path) >= EZ_MODULE_GENERATIONS_MAX) {
        ez_plugin_fail(err, EZ_P_GENERATIONS,
                       "%s: %u versions of it are loaded, and none can be unloaded; start the "
                       "scheduler again",
                       file->path, EZ_MODULE_GENERATIONS_MAX);
    } else if (self == NULL) {
        self = add_locked(open_image(file, err), err);
    }
    pthread_mutex_unlock(&load_lock);
    return judge(self, err);
}

const ez_module *
ez_module_load_image(const char *path, int fd, execz_error *err)
{
    ez_module *self;

    lock_modules();
    self = add_locked(ez_image_take(path, fd, err), err);
    pthread_mutex_unlock(&load_lock);
    return judge(self, err);
}

const ez_component *
ez_module_component(const ez_module *self, const char *alias, execz_error *err)
{
    const ez_plugin_part *part = ez_plugin_file_part(self->file, alias);
    const ez_component *found;

    if (part == NULL) {
        ez_plugin_fail(err, EZ_P_UNKNOWN_ALIAS, "%s: it has nothing with the alias '%s'",
                       self->file->path, alias);
        return NULL;
    }
    found = &self->components[part - self->file->parts];
    if (found->ops == NULL) {
        ez_plugin_fail(
            err, EZ_P_UNKNOWN_KIND,
            "%s: '%s' is of the kind '%s', which this execz does not know: upgrade execz",
            self->file->path, alias, part->kind);
        return NULL;
    }
    return found;
}

const ez_plugin_file *
ez_module_file(const ez_module *self)
{
    return self->file;
}

const char *const *
ez_module_warnings(const ez_module *self)
{
    return (const char *const *)self->warnings->pdata;
}

void
ez_module_log(const ez_module *self, const ez_log *log, const char *alias)
{
    const ez_plugin_file *file = self->file;

    ez_log_write(
        log, EXECZ_LOG_INFO,
        "plugin loaded executor=%s path=%s inode=%llu sha256=%s id=%s version=%s abi=%u.%u "
        "address=%p sealed=%s",
        alias, file->path, (unsigned long long)file->key.inode, file->key.sum, file->id,
        file->version, EXECZ_ABI_MAJOR(file->abi), EXECZ_ABI_MINOR(file->abi),
        ez_link_address(self->object), self->image->sealed ? "yes" : "no");
    for (const char *const *at = ez_module_warnings(self); *at != NULL; at++) {
        ez_log_write(log, EXECZ_LOG_WARNING, "plugin misbehaving: executor=%s while loading, %s %s",
                     alias, file->path, *at);
    }
}

execz_status
ez_module_start_failed(const ez_module *self, const char *alias, execz_status status,
                       execz_error *err)
{
    bool silent = err == NULL || err->message[0] == '\0';
    g_autofree char *reason = silent ? g_strdup("the plugin gave no reason")
                                     : g_strndup(err->message, sizeof err->message);

    return ez_plugin_fail(err, EZ_P_START, "'%s' could not start: %s (%s; plugin %s)", alias,
                          reason, ez_status_text(status), self->file->path);
}
