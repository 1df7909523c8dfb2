"""The pages as HTML, each drawn from the record of `simulator.page.data` that its `.json` address answers."""
