//! Models of a table's column.

use anyhow::{Result, ensure};

use super::{Args, report};
use crate::cli::Output;
use crate::device::Work;
use crate::publish::check_free;
use crate::table::{Publish, table_models};

impl Args {
    pub(super) fn run_table(&self, output: &Output) -> Result<()> {
        ensure!(
            !self.auto,
            "--auto chooses among models of interactions; see those of a table side by side with \
             `doorstep compare --table`"
        );
        let models = table_models(&self.models, self.settings.assignments()?)?;
        check_free(self.out(), self.force)?;
        let progress = output.progress();
        self.device.open(Work::Neither, &progress)?;
        let publish = Publish {
            table: &self.table,
            models: &models,
            split: self.split.as_ref(),
            refit: self.refit,
            out: self.out(),
            force: self.force,
        };
        let manifest = publish.run(&progress)?;
        report(self.out(), &manifest, output)
    }
}
