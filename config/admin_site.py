from unfold.sites import UnfoldAdminSite


class ParlanceAdminSite(UnfoldAdminSite):
    site_header = "Parlance"
    site_title = "Parlance"
    index_title = "Back office"
