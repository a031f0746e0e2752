/* SPDX-License-Identifier: MIT */
#include "executor/code.h"

#include "base/error.h"
#include "plugin/codes.h"

static execz_status
check_kind(const ez_plugin_part *part, const char *path, execz_error *err)
{
    if (g_strcmp0(part->kind, EXECZ_KIND_EXECUTOR) != 0) {
        return ez_plugin_fail(err, EZ_P_UNKNOWN_KIND, "%s is of kind '%s', not an executor", path,
                              part->kind);
    }
    return EXECZ_OK;
}

static execz_status
check_file(const ez_plugin_file *file, const char *part, const ez_lock *lock, execz_error *err)
{
    return file->refusal.status == EXECZ_OK
               ? ez_lock_check(lock, file, part, err)
               : ez_fail_code(err, file->refusal.status, file->refusal.code, "%s",
                              file->refusal.message);
}

execz_status
ez_code_take(ez_code *self, const ez_module *module, const char *part, execz_error *err)
{
    const ez_component *component = ez_module_component(module, part, err);

    if (component == NULL ||
        check_kind(component->part, ez_module_file(module)->path, err) != EXECZ_OK) {
        return EXECZ_E_PLUGIN;
    }
    self->module = module;
    self->ops = component->ops;
    self->caps = component->part->caps;
    return EXECZ_OK;
}

execz_status
ez_code_load(ez_code *self, const char *path, const char *part, const ez_lock *lock,
             execz_error *err)
{
    g_autoptr(ez_plugin_file) file = ez_plugin_file_new(path);
    execz_status status = check_file(file, part, lock, err);
    const ez_module *module;

    if (status != EXECZ_OK) {
        return status;
    }
    module = ez_module_load(file, err);
    return module == NULL ? EXECZ_E_PLUGIN : ez_code_take(self, module, part, err);
}

/* Whether a function is a coroutine is found out by loading it, which is for the other process. */
static const uint32_t caps_of_its_own = EXECZ_CAP_COROUTINE;

execz_status
ez_code_load_isolated(ez_code *self, const char *path, const char *part, const ez_lock *lock,
                      const ez_isolator *isolator, execz_error *err)
{
    g_autoptr(ez_image) image = ez_image_open(path, err);
    g_autoptr(ez_plugin_file) file = NULL;
    const ez_plugin_part *found;
    execz_status status;

    if (image == NULL) {
        return EXECZ_E_PLUGIN;
    }
    file = ez_plugin_file_new_from_image(image);
    status = check_file(file, part, lock, err);
    if (status != EXECZ_OK) {
        return status;
    }
    found = ez_plugin_file_part(file, part);
    if (found == NULL) {
        return ez_plugin_fail(err, EZ_P_UNKNOWN_ALIAS, "%s: it has nothing with the alias '%s'",
                              path, part);
    }
    status = check_kind(found, path, err);
    if (status != EXECZ_OK) {
        return status;
    }
    ez_image_seal(image);
    g_clear_pointer(&image->bytes, g_free);
    ez_code_clear(self);
    self->image = g_steal_pointer(&image);
    self->ops = isolator->ops;
    self->caps = found->caps & ~caps_of_its_own;
    return EXECZ_OK;
}

execz_status
ez_code_start(const ez_code *self, const ez_isolated *what, execz_executor **executor_out,
              execz_error *err)
{
    execz_error reason = EXECZ_ERROR_INIT;
    execz_status status;

    if (self->image != NULL) {
        return what->services->isolator->start(what, executor_out, err);
    }
    status = self->ops->start(what->host, what->alias, executor_out, &reason);
    ez_error_terminate(&reason);
    if (status != EXECZ_OK) {
        status = ez_module_start_failed(self->module, what->alias, status, &reason);
        ez_fail_code(err, status, reason.code, "%s", reason.message);
    }
    return status;
}

const char *
ez_code_sum(const ez_code *self)
{
    if (self->image != NULL) {
        return self->image->key.sum;
    }
    return self->module == NULL ? NULL : ez_module_file(self->module)->key.sum;
}

void
ez_code_clear(ez_code *self)
{
    g_clear_pointer(&self->image, ez_image_free);
    *self = (ez_code){0};
}
