"""The pages as HTML, each drawn from the record of `simulator.page.facts` that its `.json` address answers."""
